// SPDX-License-Identifier: MIT
#include "app/recovery/autosave.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <system_error>

#include "app/recovery/crash_marker.hpp"
#include "core/npy.hpp"
#include "run/work/run_keeper.hpp"

namespace tempera::app {

namespace fs = std::filesystem;

namespace {

constexpr const char* schema = "tempera-autosave";

double system_seconds() {
    return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

fs::path beside(fs::path file, const char* extension) { return file.replace_extension(extension); }

/// The contents of an autosave; null for anything else.
Json read_session(const fs::path& file) {
    std::ifstream in(file);
    Json content = Json::parse(in, nullptr, false);
    const bool known = content.is_object() && content.value("schema", "") == schema &&
                       content.value("version", 0) == 1 && content.contains("document") &&
                       content["document"].is_object() && !content["document"].empty();
    return known ? content : Json();
}

/// Folders with states of runs are called SESSION.run, SESSION.2.run, ... beside SESSION.json.
fs::path session_of(const fs::path& run) {
    const std::string name = run.filename().string();
    return run.parent_path() / (name.substr(0, name.find('.')) + ".json");
}

std::vector<fs::path> run_folders(const fs::path& folder) {
    std::vector<fs::path> out;
    for (const auto& entry : fs::directory_iterator(folder)) {
        if (entry.path().extension() == ".run") {
            out.push_back(entry.path());
        }
    }
    return out;
}

/// The run that a session left behind, if it can be gone on with.
void find_run(Autosave::Leftover& leftover) {
    for (const fs::path& folder : run_folders(leftover.file.parent_path())) {
        if (session_of(folder) == leftover.file && leftover.run.is_null()) {
            leftover.run = kept_run(folder);
            leftover.run_folder = leftover.run.is_null() ? fs::path() : folder;
        }
    }
}

void remove_session(const fs::path& file) {
    std::error_code ignored;
    for (const fs::path& folder : run_folders(file.parent_path())) {
        if (session_of(folder) == file) {
            fs::remove_all(folder, ignored);
        }
    }
    fs::remove(file, ignored);
    fs::remove(beside(file, ".signal"), ignored);
}

bool has_edits(const Json& content) {
    return content["document"] != content.value("basis", content.value("saved", Json()));
}

double written_at(const Json& content) {
    const Json at = content.value("written", Json());
    return at.is_number() ? at.get<double>() : 0;
}

}  // namespace

std::shared_ptr<FileLock> FileLock::take(const fs::path& file) {
    const int handle = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (handle < 0) {
        throw std::system_error(errno, std::generic_category(), file.string());
    }
    if (::flock(handle, LOCK_EX | LOCK_NB) != 0) {
        ::close(handle);
        return nullptr;
    }
    return std::shared_ptr<FileLock>(new FileLock(handle, file));
}

FileLock::~FileLock() {
    std::error_code ignored;
    fs::remove(file_, ignored);
    ::close(handle_);
}

Autosave::~Autosave() { writer_.reset(); }

void Autosave::open(const fs::path& folder) {
    try {
        if (folder.empty()) {
            throw std::runtime_error("there is no home folder");
        }
        fs::create_directories(folder);
        find_leftovers(folder);
        const auto stamp = static_cast<long>(system_seconds() * 1000);
        file_ = folder / (std::to_string(stamp) + "-" + std::to_string(::getpid()) + ".json");
        lock_ = FileLock::take(beside(file_, ".lock"));
        run_folder_ = beside(file_, ".run");
    } catch (const std::exception& e) {
        problem_ = e.what();
        return;
    }
    writer_ = std::make_unique<LatestJob<Write, Written>>([](const Write& job, const auto& context) {
        Written done;
        try {
            write_file_atomically(job.file, job.text);
            done.at = system_seconds();
        } catch (const std::exception& e) {
            done.problem = e.what();
        }
        context.publish(std::make_shared<const Written>(done));
    });
    writer_->set_on_publish([this] {
        if (on_write_) {
            on_write_();
        }
    });
    mark_crashes(beside(file_, ".signal"));
}

void Autosave::find_leftovers(const fs::path& folder) {
    for (const auto& entry : fs::directory_iterator(folder)) {
        if (entry.path().extension() != ".json") {
            continue;
        }
        std::shared_ptr<FileLock> lock = FileLock::take(beside(entry.path(), ".lock"));
        Json content = lock ? read_session(entry.path()) : Json();
        if (!content.is_null()) {
            leftovers_.push_back({entry.path(),
                                  std::move(content),
                                  crash_signal(beside(entry.path(), ".signal")),
                                  std::move(lock),
                                  {},
                                  {}});
            find_run(leftovers_.back());
        }
    }
    for (const fs::path& run : run_folders(folder)) {  // states without a session are of no use
        std::error_code ignored;
        if (!fs::exists(session_of(run), ignored) && FileLock::take(beside(session_of(run), ".lock"))) {
            fs::remove_all(run, ignored);
        }
    }
    std::sort(leftovers_.begin(), leftovers_.end(), [](const Leftover& a, const Leftover& b) {
        return written_at(a.content) > written_at(b.content);
    });
    // The oldest go first, and before any that holds a person's edits or a run.
    while (leftovers_.size() > most_kept) {
        const auto oldest_without =
            std::find_if(leftovers_.rbegin(), leftovers_.rend(),
                         [](const Leftover& l) { return l.run.is_null() && !has_edits(l.content); });
        const auto goes = oldest_without == leftovers_.rend() ? std::prev(leftovers_.end())
                                                              : std::prev(oldest_without.base());
        remove_session(goes->file);
        leftovers_.erase(goes);
    }
}

void Autosave::discard_first() {
    if (leftovers_.empty()) {
        return;
    }
    remove_session(leftovers_.front().file);
    leftovers_.erase(leftovers_.begin());
}

bool Autosave::take_over_run() {
    if (leftovers_.empty() || leftovers_.front().run.is_null() || !on()) {
        return false;
    }
    std::error_code error;
    const fs::path mine = beside(file_, ("." + std::to_string(++n_runs_) + ".run").c_str());
    fs::rename(leftovers_.front().run_folder, mine, error);
    if (!error) {
        run_folder_ = mine;
    }
    return !error;
}

std::string Autosave::problem() const {
    const auto last = writer_ ? writer_->latest() : nullptr;
    return last && !last->problem.empty() ? last->problem : problem_;
}

void Autosave::set_on_write(std::function<void()> callback) { on_write_ = std::move(callback); }

void Autosave::tick(double now, bool modified, const std::function<Json()>& content) {
    if (!on() || !modified || now - last_asked_ < interval) {
        return;
    }
    last_asked_ = now;
    const Json what = content();
    if (what.dump() != last_text_) {
        write(now, what);
    }
}

namespace {

std::string stamped(Json content) {
    content["schema"] = schema;
    content["version"] = 1;
    content["written"] = system_seconds();
    return content.dump(1) + "\n";
}

}  // namespace

void Autosave::write(double now, const Json& content) {
    if (!on()) {
        return;
    }
    last_asked_ = now;
    last_text_ = content.dump();
    writer_->request(std::to_string(++n_writes_), {file_, stamped(content)}, true);
}

void Autosave::write_and_wait(const Json& content) {
    if (!on()) {
        return;
    }
    try {
        write_file_atomically(file_, stamped(content));
        last_text_ = content.dump();
    } catch (const std::exception& e) {
        problem_ = e.what();
    }
}

void Autosave::close(bool keep) {
    if (!on()) {
        return;
    }
    writer_.reset();  // nothing is written after this
    forget_crashes();
    if (!keep) {
        remove_session(file_);
    }
    lock_.reset();
}

long Autosave::age() const {
    const auto last = writer_ ? writer_->latest() : nullptr;
    if (!last || last->at < 0) {
        return -1;
    }
    const long seconds = std::max(0L, static_cast<long>(system_seconds() - last->at));
    return seconds < 60 ? seconds / 10 * 10 : seconds / 60 * 60;
}

}  // namespace tempera::app
