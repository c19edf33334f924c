// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "run/background/first_looks.hpp"

namespace tempera::app {

/// The latest look at one file beside the open preset, which is asked for again when either changes.
template <class Look>
class FileLook {
public:
    explicit FileLook(std::shared_ptr<const Look> (*look)(const Brought&, const std::stop_token&))
        : job_(look_job<Look>(look)) {}

    /// A file that is brought again is read again.
    void begin(const std::filesystem::path& file) {
        file_ = file;
        asked_file_.clear();
        look_ = nullptr;
    }
    /// True when there is a new look.
    bool update(const Json& present) {
        if (file_.empty()) {
            return false;
        }
        if (asked_file_ != file_ || asked_present_ != present) {
            asked_file_ = file_, asked_present_ = present;
            look_ = nullptr;
            ++asked_id_;
            job_->request(
                std::to_string(asked_id_),
                {.id = asked_id_, .present = present, .file = file_, .name = file_.stem().string()});
        }
        const auto latest = job_->latest();
        if (!latest || latest == look_ || latest->id != asked_id_) {
            return false;
        }
        look_ = latest;
        return true;
    }
    const std::filesystem::path& file() const { return file_; }
    const Look* get() const { return look_.get(); }
    const Look* operator->() const { return look_.get(); }
    bool settled() const { return file_.empty() || look_; }
    void set_on_publish(const std::function<void()>& callback) { job_->set_on_publish(callback); }

private:
    std::filesystem::path file_, asked_file_;
    Json asked_present_;
    long asked_id_ = 0;
    std::shared_ptr<const Look> look_;
    std::unique_ptr<LatestJob<Brought, Look>> job_;
};

}  // namespace tempera::app
