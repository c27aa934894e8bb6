// What the platform does with a library: loads it, makes objects, calls their members by name.
#pragma once

#include <cmath>
#include <cstring>
#include <dlfcn.h>
#include <memory>

#include "native_api.h"
#include "platform.h"

constexpr const WideChar *CLASS_NAME = u"ROM-WebSocket";
inline Ledger ledger;

struct Library {
    void *handle;
    GetClassNamesFunction *get_class_names;
    GetClassObjectFunction *get_class_object;
    DestroyObjectFunction *destroy_object;
    SetPlatformCapabilitiesFunction *set_platform_capabilities;
    GetAttachTypeFunction *get_attach_type;
};

template <class Function> Function *symbol(void *handle, const char *name) {
    void *address = dlsym(handle, name);
    CHECK(address != nullptr, std::string("not exported: ") + name);
    return reinterpret_cast<Function *>(address);
}

inline Library open_library(const char *path) {
    void *handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (handle == nullptr) fail(__FILE__, __LINE__, dlerror());
    return {handle,
            symbol<GetClassNamesFunction>(handle, "GetClassNames"),
            symbol<GetClassObjectFunction>(handle, "GetClassObject"),
            symbol<DestroyObjectFunction>(handle, "DestroyObject"),
            symbol<SetPlatformCapabilitiesFunction>(handle, "SetPlatformCapabilities"),
            symbol<GetAttachTypeFunction>(handle, "GetAttachType")};
}

// Copies a name that the add-in handed over, and frees it.
inline std::u16string take(const WideChar *name) {
    CHECK(name != nullptr, "a name is missing");
    std::u16string copy(name);
    void *memory = const_cast<WideChar *>(name);
    ledger.FreeMemory(&memory);
    return copy;
}

// A value on its way in or out. A string on its way in has no NUL, as its length is what counts.
class Value {
public:
    Value() { std::memset(&raw_, 0, sizeof raw_); }
    explicit Value(int32_t number) : Value() { raw_.vt = VT_I4, raw_.lVal = number; }
    explicit Value(double number) : Value() { raw_.vt = VT_R8, raw_.dblVal = number; }
    explicit Value(bool truth) : Value() { raw_.vt = VT_BOOL, raw_.bVal = truth; }
    explicit Value(const std::u16string &text) : Value() {
        raw_.vt = VT_PWSTR;
        raw_.wstrLen = static_cast<uint32_t>(text.size());
        void *memory = nullptr;
        ledger.AllocMemory(&memory, text.empty() ? 1 : text.size() * sizeof(WideChar));
        std::memcpy(memory, text.data(), text.size() * sizeof(WideChar));
        raw_.pwstrVal = static_cast<WideChar *>(memory);
    }
    Value(const Value &) = delete;
    Value &operator=(const Value &) = delete;
    ~Value() {
        if (raw_.vt == VT_PWSTR && raw_.pwstrVal != nullptr) {
            void *memory = raw_.pwstrVal;
            ledger.FreeMemory(&memory);
        }
    }

    static Value of_kind(uint16_t vt) { return Value(vt, 0); }

    tVariant *raw() { return &raw_; }
    bool is_empty() const { return raw_.vt == VT_EMPTY; }
    bool is(bool truth) const { return raw_.vt == VT_BOOL && raw_.bVal == truth; }
    bool is(double number) const {
        double actual = raw_.vt == VT_I4 ? raw_.lVal : raw_.vt == VT_R8 ? raw_.dblVal : NAN;
        return actual == number;
    }
    bool is(const std::u16string &text) const {
        return raw_.vt == VT_PWSTR && std::u16string(raw_.pwstrVal, raw_.wstrLen) == text;
    }
    bool is_text() const { return raw_.vt == VT_PWSTR && raw_.wstrLen > 0 && raw_.pwstrVal[raw_.wstrLen] == 0; }

private:
    Value(uint16_t vt, int) : Value() { raw_.vt = vt; }
    tVariant raw_;
};

// One object as the platform makes it for `Новый("AddIn.…")`, before anything is called on it.
struct Attached {
    std::unique_ptr<Platform> platform = std::make_unique<Platform>();
    IComponentBase *component = nullptr;

    explicit Attached(const Library &library) {
        CHECK(library.get_class_object(CLASS_NAME, &component) != 0 && component != nullptr, "GetClassObject");
    }

    void set_memory_manager() {
        CHECK(component->setMemManager(static_cast<IMemoryManager *>(&ledger)), "setMemManager");
        WideChar *name = nullptr;
        CHECK(component->RegisterExtensionAs(&name), "RegisterExtensionAs");
        CHECK(take(name) == CLASS_NAME, "a class registers under its name in GetClassNames");
    }

    void init(const WideChar *locale = u"ru_RU", const WideChar *language = u"ru") {
        set_memory_manager();
        CHECK(component->Init(static_cast<IAddInDefBase *>(platform.get())), "Init");
        CHECK(component->GetInfo() == 2000, "technology version");
        component->SetLocale(locale);
        component->SetUserInterfaceLanguageCode(language);
    }

    long property(const WideChar *name) {
        long number = component->FindProp(name);
        CHECK(number >= 0 && number < component->GetNProps(), "FindProp");
        return number;
    }

    long method(const WideChar *name) {
        long number = component->FindMethod(name);
        CHECK(number >= 0 && number < component->GetNMethods(), "FindMethod");
        return number;
    }

    template <class T> bool property_is(const WideChar *name, const T &expected) {
        Value value;
        CHECK(component->GetPropVal(property(name), value.raw()), "GetPropVal");
        return value.is(expected);
    }

    template <class T> void set(const WideChar *name, const T &content) {
        Value value(content);
        CHECK(component->SetPropVal(property(name), value.raw()), "SetPropVal");
    }

    // Calls a function of one parameter or none, and answers its Boolean.
    bool call(const WideChar *name, const std::u16string *text = nullptr) {
        Value result;
        Value parameter(text == nullptr ? std::u16string() : *text);
        CHECK(component->CallAsFunc(method(name), result.raw(), parameter.raw(), text == nullptr ? 0 : 1),
              "CallAsFunc");
        CHECK(result.is(true) || result.is(false), "the function returns a Boolean");
        return result.is(true);
    }

    // Misuse: the call answers false and has said why, once.
    void expect_error(bool answer, const char *what) {
        CHECK(!answer, std::string("accepted: ") + what);
        std::vector<Platform::Error> errors = platform->take_errors();
        CHECK(errors.size() == 1, std::string("AddError once: ") + what);
        CHECK(errors[0].code == 1006 && errors[0].scode != 0, std::string("an exception: ") + what);
        last_text_ = errors[0].text;
        CHECK(!last_text_.empty(), std::string("a text: ") + what);
    }

    bool last_error_is_russian() const {
        return last_text_.find_first_of(u"абвгдежзийклмнопрстуфхцчшщъыьэюя") != std::u16string::npos;
    }

private:
    std::u16string last_text_;
};
