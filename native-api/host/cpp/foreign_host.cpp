// Plays the platform in C++: every call goes through tables that a C++ compiler laid out.
//
//     foreign_host LIBRARY [ws://HOST:PORT/]
//
// The second argument is a server that echoes. Exit status 0: everything was as it should be.

#include <climits>
#include <clocale>
#include <cstring>
#include <thread>
#include <unistd.h>

#include "object.h"

namespace {

constexpr unsigned WATCHDOG_SECONDS = 540;

struct Member {
    const WideChar *spellings[4]; // English, Russian, and both in another case
    bool writable;                // properties
    long parameters;              // methods
};

const Member PROPERTIES[] = {
    {{u"Connected", u"Подключено", u"cONNECTED", u"ПОДКЛЮЧЕНО"}, false, 0},
    {{u"Timeout", u"Таймаут", u"TIMEOUT", u"таймаут"}, true, 0},
    {{u"Listen", u"РежимПрослушивания", u"listen", u"режимпрослушивания"}, true, 0},
    {{u"Version", u"Версия", u"VERSION", u"вЕРСИЯ"}, false, 0},
    {{u"Regex", u"РегулярноеВыражение", u"rEgEx", u"РЕГУЛЯРНОЕВЫРАЖЕНИЕ"}, true, 0},
};

const Member METHODS[] = {
    {{u"Connect", u"Подключиться", u"CONNECT", u"подключиться"}, false, 1},
    {{u"Disconnect", u"Отключиться", u"disConnect", u"оТКЛЮЧИТЬСЯ"}, false, 0},
    {{u"Send", u"Отправить", u"sEND", u"ОТПРАВИТЬ"}, false, 1},
};

const long NO_SUCH_NUMBER[] = {-1, 5, 1000, LONG_MAX, LONG_MIN};

void check_exports(const Library &library) {
    std::u16string names = u"|" + std::u16string(library.get_class_names()) + u"|";
    CHECK(names.find(u"|" + std::u16string(CLASS_NAME) + u"|") != std::u16string::npos, "GetClassNames");
    CHECK(library.set_platform_capabilities(3) == 3, "SetPlatformCapabilities");
    CHECK(library.get_attach_type() == 3, "GetAttachType");

    IComponentBase *none = nullptr;
    CHECK(library.get_class_object(u"NoSuchClass", &none) == 0 && none == nullptr, "an unknown class");
    CHECK(library.get_class_object(nullptr, &none) == 0 && none == nullptr, "a class without a name");
    CHECK(library.destroy_object(&none) != 0, "DestroyObject of nothing");
}

void check_members(Attached &object) {
    IComponentBase *component = object.component;
    CHECK(component->GetNProps() == 5 && component->GetNMethods() == 3, "number of members");
    for (const Member &member : PROPERTIES) {
        long number = object.property(member.spellings[0]);
        for (const WideChar *spelling : member.spellings)
            CHECK(component->FindProp(spelling) == number, "one property, whatever its spelling");
        CHECK(take(component->GetPropName(number, 0)) == member.spellings[0], "English name of a property");
        CHECK(take(component->GetPropName(number, 1)) == member.spellings[1], "Russian name of a property");
        CHECK(component->IsPropReadable(number), "every property is readable");
        CHECK(component->IsPropWritable(number) == member.writable, "IsPropWritable");
    }
    for (const Member &member : METHODS) {
        long number = object.method(member.spellings[0]);
        for (const WideChar *spelling : member.spellings)
            CHECK(component->FindMethod(spelling) == number, "one method, whatever its spelling");
        CHECK(take(component->GetMethodName(number, 0)) == member.spellings[0], "English name of a method");
        CHECK(take(component->GetMethodName(number, 1)) == member.spellings[1], "Russian name of a method");
        CHECK(component->HasRetVal(number), "every method is a function");
        CHECK(component->GetNParams(number) == member.parameters, "GetNParams");
        Value value;
        CHECK(!component->GetParamDefValue(number, 0, value.raw()) && value.is_empty(), "no default");
    }
    CHECK(component->FindProp(u"Connect") == -1 && component->FindMethod(u"Timeout") == -1, "wrong kind");
    CHECK(component->FindProp(u"") == -1 && component->FindMethod(nullptr) == -1, "no name");
}

void check_numbers_out_of_range(Attached &object) {
    IComponentBase *component = object.component;
    for (long number : NO_SUCH_NUMBER) {
        Value value, parameter(std::u16string(u"text"));
        CHECK(component->GetPropName(number, 0) == nullptr, "name of no property");
        CHECK(component->GetMethodName(number, 1) == nullptr, "name of no method");
        CHECK(!component->IsPropReadable(number) && !component->IsPropWritable(number), "access to no property");
        CHECK(!component->HasRetVal(number) && component->GetNParams(number) <= 0, "shape of no method");
        CHECK(!component->GetParamDefValue(number, 0, value.raw()), "default of no method");
        CHECK(!component->GetParamDefValue(0, number, value.raw()), "default of no parameter");
        CHECK(!component->GetPropVal(number, value.raw()), "value of no property");
        CHECK(!component->SetPropVal(number, parameter.raw()), "assignment to no property");
        CHECK(!component->CallAsProc(number, parameter.raw(), 1), "procedure that is none");
        CHECK(!component->CallAsFunc(number, value.raw(), parameter.raw(), 1), "function that is none");
        CHECK(value.is_empty(), "nothing was written");
    }
    object.platform->take_errors();
}

void check_properties(Attached &object) {
    IComponentBase *component = object.component;
    CHECK(object.property_is(u"Connected", false) && object.property_is(u"Listen", true), "defaults");
    CHECK(object.property_is(u"Timeout", 0.0) && object.property_is(u"Regex", std::u16string()), "defaults");
    Value version;
    CHECK(component->GetPropVal(object.property(u"Версия"), version.raw()) && version.is_text(), "Version");

    object.set(u"Таймаут", int32_t{7});
    CHECK(object.property_is(u"Timeout", 7.0), "a whole number of seconds");
    object.set(u"Timeout", 0.25);
    CHECK(object.property_is(u"Timeout", 0.25), "a fraction of a second");
    object.set(u"Listen", false);
    CHECK(object.property_is(u"Listen", false), "a Boolean");
    object.set(u"Regex", std::u16string(u"Привет|\U0001F600"));
    CHECK(object.property_is(u"Regex", std::u16string(u"Привет|\U0001F600")), "a string");

    Value negative(-1), text(std::u16string(u"5")), pattern(std::u16string(u"(")), number(1);
    Value interface = Value::of_kind(VT_INTERFACE), unknown = Value::of_kind(0xFFFF);
    long timeout = object.property(u"Timeout"), regex = object.property(u"Regex");
    object.expect_error(component->SetPropVal(timeout, negative.raw()), "a negative time-out");
    object.expect_error(component->SetPropVal(timeout, text.raw()), "a string as a time-out");
    object.expect_error(component->SetPropVal(timeout, interface.raw()), "an interface as a time-out");
    object.expect_error(component->SetPropVal(timeout, unknown.raw()), "an unknown kind of value");
    object.expect_error(component->SetPropVal(regex, pattern.raw()), "a pattern that does not compile");
    object.expect_error(component->SetPropVal(regex, number.raw()), "a number as a pattern");
    CHECK(!component->SetPropVal(object.property(u"Connected"), number.raw()), "Connected is read-only");
    CHECK(!component->GetPropVal(timeout, nullptr) && !component->SetPropVal(timeout, nullptr), "no place");
    CHECK(object.property_is(u"Timeout", 0.25), "misuse changes nothing");
}

void check_calls(Attached &object) {
    IComponentBase *component = object.component;
    const std::u16string text(u"text"), no_uri(u"no address at all");
    CHECK(object.call(u"Отключиться"), "disconnecting what is not connected");
    CHECK(component->CallAsProc(object.method(u"Disconnect"), nullptr, 0), "a function called as a procedure");
    CHECK(!object.call(u"Send", &text), "sending without a connection");
    CHECK(!object.call(u"Connect", &no_uri), "a malformed address");
    CHECK((object.platform->next_event() ==
           Platform::Event{CLASS_NAME, u"{\"Event\": \"Connection\",\"State\": \"Fail\"}",
                           u"{\"Connection\": \"Fail\"}"}),
          "a malformed address is told by an event");
    CHECK(object.platform->take_errors().empty(), "an outcome is no exception");
}

void check_errors(Attached &object) {
    IComponentBase *component = object.component;
    long send = object.method(u"Send");
    Value result, number(1), unknown = Value::of_kind(0x7777);
    object.expect_error(component->CallAsFunc(send, result.raw(), nullptr, 0), "no argument");
    object.expect_error(component->CallAsProc(send, unknown.raw(), 1), "an argument of an unknown kind");
    object.expect_error(component->CallAsFunc(send, result.raw(), number.raw(), 1), "a number as a message");
    CHECK(result.is_empty(), "nothing was returned");
}

void check_languages(const Library &library) {
    struct {
        const WideChar *locale, *language;
        bool russian;
    } users[] = {{u"ru_RU", u"ru", true}, {u"en_US", u"ru", true}, {u"en_US", u"en", false}, {nullptr, u"", true}};
    for (const auto &user : users) {
        Attached object(library);
        object.init(user.locale, user.language);
        Value number(1);
        object.expect_error(object.component->CallAsProc(object.method(u"Send"), number.raw(), 1), "a number");
        CHECK(object.last_error_is_russian() == user.russian, "texts in the user's language");
        CHECK(library.destroy_object(&object.component) == 0, "DestroyObject");
    }
    CHECK(std::strcmp(std::setlocale(LC_ALL, nullptr), "C") == 0, "the process's locale was left alone");
}

// The platform may unload a library that was only tried, and end the thread on which it did so. What the
// library registered for the thread's end must not be called then.
void check_unloading(const char *path) {
    std::thread([path] {
        Library library = open_library(path);
        Attached object(library);
        object.init();
        CHECK(library.destroy_object(&object.component) == 0, "DestroyObject");
        CHECK(dlclose(library.handle) == 0, "dlclose");
    }).join();
}

void check_conversation(const Library &library, const std::u16string &address) {
    Attached object(library);
    object.init();
    object.set(u"Таймаут", int32_t{30});
    CHECK(object.call(u"Подключиться", &address), "Connect");
    CHECK(object.property_is(u"Подключено", true), "Connected");
    CHECK((object.platform->next_event() ==
           Platform::Event{CLASS_NAME, u"{\"Event\": \"Connection\",\"State\": \"Open\"}",
                           u"{\"Connection\": \"Open\"}"}),
          "the connection is told by an event");

    const std::u16string text(u"Привет, ёлка \U0001F384");
    CHECK(object.call(u"Отправить", &text), "Send");
    CHECK((object.platform->next_event() == Platform::Event{CLASS_NAME, u"{\"Event\": \"Message\"}", text}),
          "the echo comes as an event, unchanged");

    CHECK(object.call(u"Отключиться"), "Disconnect");
    CHECK(object.property_is(u"Connected", false), "not connected");
    CHECK((object.platform->next_event() ==
           Platform::Event{CLASS_NAME,
                           u"{\"Event\": \"Connection\",\"State\": \"Close\",\"Reason\": \"Normal\"}",
                           u"{\"Connection\": \"Close\"}"}),
          "the end is told by an event");
    CHECK(library.destroy_object(&object.component) == 0 && object.component == nullptr, "DestroyObject");
}

// How far an object had come when its life ended.
struct Phase {
    const char *name;
    bool needs_server;
    void (*reach)(Attached &, const std::u16string &address);
};

const Phase PHASES[] = {
    {"created", false, [](Attached &, const std::u16string &) {}},
    {"registered", false, [](Attached &object, const std::u16string &) { object.set_memory_manager(); }},
    {"initialised", false, [](Attached &object, const std::u16string &) { object.init(); }},
    {"connecting", true,
     [](Attached &object, const std::u16string &address) {
         object.init();
         CHECK(object.call(u"Connect", &address), "an attempt was started");
     }},
    {"connected, messages on their way", true,
     [](Attached &object, const std::u16string &address) {
         object.init();
         object.set(u"Timeout", int32_t{30});
         CHECK(object.call(u"Connect", &address), "Connect");
         object.set(u"Timeout", int32_t{0});
         for (int message = 0; message < 10; ++message) CHECK(object.call(u"Send", &address), "Send");
     }},
};

struct Ending {
    const char *name;
    void (*end)(const Library &, IComponentBase *);
};

const Ending ENDINGS[] = {
    {"DestroyObject",
     [](const Library &library, IComponentBase *object) {
         CHECK(library.destroy_object(&object) == 0 && object == nullptr, "DestroyObject");
     }},
    {"Done, DestroyObject",
     [](const Library &library, IComponentBase *object) {
         object->Done();
         CHECK(library.destroy_object(&object) == 0 && object == nullptr, "DestroyObject");
     }},
    {"Done twice, delete",
     [](const Library &, IComponentBase *object) {
         object->Done();
         object->Done();
         delete object;
     }},
    {"delete through IInitDoneBase",
     [](const Library &, IComponentBase *object) { delete static_cast<IInitDoneBase *>(object); }},
    {"delete through ILanguageExtenderBase",
     [](const Library &, IComponentBase *object) { delete static_cast<ILanguageExtenderBase *>(object); }},
    {"delete through LocaleBase",
     [](const Library &, IComponentBase *object) { delete static_cast<LocaleBase *>(object); }},
    {"delete through UserLanguageBase",
     [](const Library &, IComponentBase *object) { delete static_cast<UserLanguageBase *>(object); }},
};

// The connection of each object is freed right after it: whoever still calls it is found by valgrind.
void check_endings(const Library &library, const std::u16string &address) {
    for (const Phase &phase : PHASES) {
        if (phase.needs_server && address.empty()) continue;
        for (const Ending &ending : ENDINGS) {
            std::printf("%s: %s\n", phase.name, ending.name);
            std::fflush(stdout);
            Attached object(library);
            phase.reach(object, address);
            ending.end(library, object.component);
        }
    }
}

} // namespace

int main(int count, char **arguments) {
    CHECK(count == 2 || count == 3, "usage: foreign_host LIBRARY [ws://HOST:PORT/]");
    alarm(WATCHDOG_SECONDS);
    // First, while nothing has made the library stay.
    check_unloading(arguments[1]);
    Library library = open_library(arguments[1]);
    check_exports(library);
    check_languages(library);

    Attached object(library);
    object.init();
    check_members(object);
    check_numbers_out_of_range(object);
    check_calls(object);
    check_errors(object);
    check_properties(object);
    delete static_cast<IInitDoneBase *>(object.component);

    std::u16string address;
    if (count == 3) {
        address.assign(arguments[2], arguments[2] + std::strlen(arguments[2]));
        check_conversation(library, address);
    }
    check_endings(library, address);

    CHECK(ledger.live() == 0, "memory of the platform that was never freed");
    CHECK(dlclose(library.handle) == 0, "dlclose");
    std::puts("all checks passed");
    return 0;
}
