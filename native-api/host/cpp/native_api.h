// The Native API of 1C:Enterprise as a C++ compiler sees it: 64-bit Linux and macOS.
//
// Only what fixes the binary interface is declared: the order of virtual functions, the order of bases,
// the layout of values. The functions are pure, so that nothing but the table of the other side is called.
#pragma once

#ifdef _WIN32
#error "These declarations are for the Itanium C++ ABI."
#endif

#include <cstddef>
#include <cstdint>
#include <ctime>

using WideChar = char16_t;

// Codes of tVariant::vt that this host gives or expects.
constexpr uint16_t VT_EMPTY = 0;
constexpr uint16_t VT_I4 = 3;
constexpr uint16_t VT_R8 = 5;
constexpr uint16_t VT_INTERFACE = 9;
constexpr uint16_t VT_BOOL = 11;
constexpr uint16_t VT_PWSTR = 22;

struct tVariant {
    union {
        int32_t lVal;
        double dblVal;
        bool bVal;
        std::tm tmVal;
        struct {
            WideChar *pwstrVal;
            uint32_t wstrLen; // in 16-bit units, without the terminating NUL
        };
        struct {
            void *pInterfaceVal;
            uint8_t IID[16];
        };
    };
    uint32_t cbElements;
    uint16_t vt;
};
static_assert(sizeof(tVariant) == 64 && offsetof(tVariant, vt) == 60, "layout of 64-bit Linux and macOS");

// What the platform gives to the add-in.

class IMemoryManager {
public:
    virtual ~IMemoryManager() = default;
    virtual bool AllocMemory(void **memory, unsigned long bytes) = 0;
    virtual void FreeMemory(void **memory) = 0;
};

class IAddInDefBase {
public:
    virtual ~IAddInDefBase() = default;
    virtual bool AddError(uint16_t code, const WideChar *source, const WideChar *text, long scode) = 0;
    virtual bool Read(WideChar *name, tVariant *value, long *code, WideChar **text) = 0;
    virtual bool Write(WideChar *name, tVariant *value) = 0;
    virtual bool RegisterProfileAs(WideChar *name) = 0;
    virtual bool SetEventBufferDepth(long depth) = 0;
    virtual long GetEventBufferDepth() = 0;
    virtual bool ExternalEvent(WideChar *source, WideChar *message, WideChar *data) = 0;
    virtual void CleanEventBuffer() = 0;
    virtual bool SetStatusLine(WideChar *text) = 0;
    virtual void ResetStatusLine() = 0;
};

struct IInterface {};

enum Interfaces : int32_t { eIMsgBox = 0, eIPlatformInfo = 1, eIAttachedInfo = 2 };

class IAddInDefBaseEx : public IAddInDefBase {
public:
    virtual IInterface *GetInterface(Interfaces id) = 0;
};

enum AppType : int32_t { eAppUnknown = -1, eAppThinClient = 0, eAppServer = 3 };

struct AppInfo {
    const WideChar *AppVersion;
    const WideChar *UserAgentInformation;
    AppType Application;
};

// No virtual destructor: the first slot is the function.
struct IPlatformInfo : IInterface {
    virtual const AppInfo *GetPlatformInfo() = 0;

protected:
    ~IPlatformInfo() = default;
};

// What the add-in gives to the platform.

class IInitDoneBase {
public:
    virtual ~IInitDoneBase() = default;
    virtual bool Init(void *connection) = 0;
    virtual bool setMemManager(void *memory) = 0;
    virtual long GetInfo() = 0;
    virtual void Done() = 0;
};

class ILanguageExtenderBase {
public:
    virtual ~ILanguageExtenderBase() = default;
    virtual bool RegisterExtensionAs(WideChar **name) = 0;
    virtual long GetNProps() = 0;
    virtual long FindProp(const WideChar *name) = 0;
    virtual const WideChar *GetPropName(long property, long alias) = 0;
    virtual bool GetPropVal(long property, tVariant *value) = 0;
    virtual bool SetPropVal(long property, tVariant *value) = 0;
    virtual bool IsPropReadable(long property) = 0;
    virtual bool IsPropWritable(long property) = 0;
    virtual long GetNMethods() = 0;
    virtual long FindMethod(const WideChar *name) = 0;
    virtual const WideChar *GetMethodName(long method, long alias) = 0;
    virtual long GetNParams(long method) = 0;
    virtual bool GetParamDefValue(long method, long parameter, tVariant *value) = 0;
    virtual bool HasRetVal(long method) = 0;
    virtual bool CallAsProc(long method, tVariant *parameters, long count) = 0;
    virtual bool CallAsFunc(long method, tVariant *result, tVariant *parameters, long count) = 0;
};

class LocaleBase {
public:
    virtual ~LocaleBase() = default;
    virtual void SetLocale(const WideChar *locale) = 0;
};

class UserLanguageBase {
public:
    virtual ~UserLanguageBase() = default;
    virtual void SetUserInterfaceLanguageCode(const WideChar *language) = 0;
};

class IComponentBase : public IInitDoneBase,
                       public ILanguageExtenderBase,
                       public LocaleBase,
                       public UserLanguageBase {};
static_assert(sizeof(IComponentBase) == 4 * sizeof(void *), "four table pointers in a row");

// The exported functions.
extern "C" {
using GetClassNamesFunction = const WideChar *();
using GetClassObjectFunction = long(const WideChar *name, IComponentBase **object);
using DestroyObjectFunction = long(IComponentBase **object);
using SetPlatformCapabilitiesFunction = int32_t(int32_t capabilities);
using GetAttachTypeFunction = int32_t();
}
