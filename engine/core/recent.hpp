// SPDX-License-Identifier: MIT
// What is made once and wanted again soon, above all what files hold.
#pragma once

#include <cstdint>
#include <filesystem>
#include <list>
#include <memory>
#include <mutex>

namespace tempera {

/// How a file stood when it was looked at; equal stamps mean equal contents.
struct FileStamp {
    std::filesystem::path path;
    std::uintmax_t size = 0;
    std::filesystem::file_time_type changed{};

    FileStamp() = default;
    explicit FileStamp(const std::filesystem::path& file) : path(file) {
        std::error_code ignored;
        size = std::filesystem::file_size(file, ignored);
        changed = std::filesystem::last_write_time(file, ignored);
    }
    bool operator==(const FileStamp&) const = default;
};

/// The values that were wanted last, by key. Any thread may ask; who asks for what another is making waits.
template <class Key, class Value>
class Recent {
public:
    explicit Recent(std::size_t most) : most_(most) {}

    /// The value of that key; make() is called where it is not kept, and may throw.
    template <class Make>
    std::shared_ptr<const Value> get(const Key& key, Make make) {
        const std::lock_guard lock(mutex_);
        for (auto at = kept_.begin(); at != kept_.end(); ++at) {
            if (at->first == key) {
                kept_.splice(kept_.begin(), kept_, at);
                return kept_.front().second;
            }
        }
        kept_.emplace_front(key, std::shared_ptr<const Value>(new Value(make())));
        if (kept_.size() > most_) {
            kept_.pop_back();
        }
        return kept_.front().second;
    }

private:
    std::mutex mutex_;
    std::size_t most_;
    std::list<std::pair<Key, std::shared_ptr<const Value>>> kept_;  ///< the latest first
};

}  // namespace tempera
