// The platform's side: an allocator that keeps a ledger, and a connection that records what it is told.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "native_api.h"

// Ends the process at once: other threads may be running, so that nothing can be unwound.
[[noreturn]] inline void fail(const char *file, int line, const std::string &what) {
    std::fprintf(stderr, "%s:%d: %s\n", file, line, what.c_str());
    std::_Exit(1);
}

#define CHECK(condition, what)                                                                               \
    do {                                                                                                     \
        if (!(condition)) fail(__FILE__, __LINE__, what);                                                    \
    } while (false)

class Ledger final : public IMemoryManager {
public:
    bool AllocMemory(void **memory, unsigned long bytes) override {
        CHECK(memory != nullptr && bytes > 0, "AllocMemory: nothing to allocate or nowhere to put it");
        std::lock_guard<std::mutex> lock(mutex_);
        *memory = std::malloc(bytes);
        CHECK(*memory != nullptr, "the machine is out of memory");
        live_.insert(*memory);
        return true;
    }

    void FreeMemory(void **memory) override {
        CHECK(memory != nullptr, "FreeMemory: no pointer");
        std::lock_guard<std::mutex> lock(mutex_);
        CHECK(live_.erase(*memory) == 1, "FreeMemory: not from this allocator, or freed twice");
        std::free(*memory);
        *memory = nullptr;
    }

    size_t live() {
        std::lock_guard<std::mutex> lock(mutex_);
        return live_.size();
    }

private:
    std::mutex mutex_;
    std::set<void *> live_;
};

// A thin client.
class Platform final : public IAddInDefBaseEx, private IPlatformInfo {
public:
    struct Error {
        uint16_t code;
        std::u16string source, text;
        long scode;
    };
    struct Event {
        std::u16string source, message, data;
        bool operator==(const Event &other) const {
            return source == other.source && message == other.message && data == other.data;
        }
    };

    std::vector<Error> take_errors() {
        std::lock_guard<std::mutex> lock(mutex_);
        return std::exchange(errors_, {});
    }

    // Takes the oldest event; a long wait is only ever used up when there is a mistake.
    Event next_event() {
        std::unique_lock<std::mutex> lock(mutex_);
        CHECK(arrived_.wait_for(lock, std::chrono::seconds(60), [this] { return !events_.empty(); }),
              "an external event did not come");
        Event event = events_.front();
        events_.erase(events_.begin());
        return event;
    }

    bool AddError(uint16_t code, const WideChar *source, const WideChar *text, long scode) override {
        std::lock_guard<std::mutex> lock(mutex_);
        errors_.push_back({code, source, text, scode});
        return true;
    }

    bool ExternalEvent(WideChar *source, WideChar *message, WideChar *data) override {
        std::lock_guard<std::mutex> lock(mutex_);
        if (events_.size() >= static_cast<size_t>(depth_)) return false;
        events_.push_back({source, message, data});
        arrived_.notify_all();
        return true;
    }

    bool SetEventBufferDepth(long depth) override {
        std::lock_guard<std::mutex> lock(mutex_);
        CHECK(depth >= 1, "a buffer without room");
        depth_ = depth;
        return true;
    }

    long GetEventBufferDepth() override {
        std::lock_guard<std::mutex> lock(mutex_);
        return depth_;
    }

    void CleanEventBuffer() override {
        std::lock_guard<std::mutex> lock(mutex_);
        events_.clear();
    }

    IInterface *GetInterface(Interfaces id) override {
        return id == eIPlatformInfo ? static_cast<IPlatformInfo *>(this) : nullptr;
    }

    bool Read(WideChar *, tVariant *, long *, WideChar **) override { return false; }
    bool Write(WideChar *, tVariant *) override { return false; }
    bool RegisterProfileAs(WideChar *) override { return false; }
    bool SetStatusLine(WideChar *) override { return false; }
    void ResetStatusLine() override {}

private:
    const AppInfo *GetPlatformInfo() override { return &info_; }

    std::mutex mutex_;
    std::condition_variable arrived_;
    std::vector<Error> errors_;
    std::vector<Event> events_;
    long depth_ = 1;
    const AppInfo info_{u"8.3.27.1508", u"", eAppThinClient};
};
