// SPDX-License-Identifier: MIT
#include "run/work/checkpoint.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/build_id.hpp"
#include "core/files.hpp"
#include "core/thread.hpp"
#include "run/preset/preset.hpp"
#include "run/preset/preset_files.hpp"
#include "run/preset/preset_schema.hpp"
#include "run/work/work.hpp"

namespace tempera {

namespace fs = std::filesystem;

namespace {

constexpr int format_version = 2;

constexpr const char* state_name = "state.npz";

Json read_json(const fs::path& file) {
    const std::vector<std::uint8_t> bytes = read_file_bytes(file);
    const Json out = parse_json(bytes);
    if (!out.is_object()) {
        throw ConfigError(file.string(), "is damaged; add --force to start the run again");
    }
    return out;
}

}  // namespace

std::vector<std::string> run_difference(const Json& a, const Json& b) {
    Json before = with_found_files(a), now = with_found_files(b);
    for (Json* p : {&before, &now}) {
        for (const char* key : {"made_by", "edits", "view", "note"}) {
            p->erase(key);
        }
        (*p)["run"].erase("checkpoint_seconds");
    }
    return preset_difference(before, now);
}

RunCheckpoint::RunCheckpoint(const fs::path& folder, const Json& resolved, double seconds, Mode mode)
    : folder_(fs::absolute(folder).lexically_normal()), timer_(seconds) {
    std::error_code error;
    fs::create_directories(folder_.parent_path(), error);
    const bool fresh = fs::create_directory(folder_, error);
    if (error) {
        throw ConfigError(folder_.string(),
                          "cannot be made (" + error.message() + "); choose a folder that you may write to");
    }
    lock();
    try {
        if (mode == Mode::begin && !fresh && holds_work()) {
            throw ConfigError(
                folder_.string(),
                "holds a run that was interrupted; add --resume to go on with it, or --force to "
                "start again");
        }
        if (mode != Mode::go_on) {
            for (const auto& entry : fs::directory_iterator(folder_)) {
                if (entry.path().filename() != "lock") {
                    fs::remove_all(entry.path());
                }
            }
        }
        // Without a head the last program ended before it wrote anything.
        if (fs::exists(folder_ / "checkpoint.json")) {
            read(resolved);
        } else {
            write_head(resolved);
        }
    } catch (...) {
        ::close(lock_);
        throw;
    }
}

RunCheckpoint::~RunCheckpoint() {
    if (!removed_ && !holds_work()) {
        remove();
    }
    ::close(lock_);
}

/// Something that took time: a state or a trained model.
bool RunCheckpoint::holds_work() const {
    std::error_code ignored;
    for (const auto& entry : fs::directory_iterator(folder_, ignored)) {
        if (entry.path().filename() != "lock" && entry.path().filename() != "checkpoint.json") {
            return true;
        }
    }
    return false;
}

/// The lock ends with the program, however that ends.
void RunCheckpoint::lock() {
    const fs::path file = folder_ / "lock";
    lock_ = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    struct stat opened{}, named{};
    const bool held = lock_ >= 0 && ::flock(lock_, LOCK_EX | LOCK_NB) == 0 && ::fstat(lock_, &opened) == 0 &&
                      ::stat(file.c_str(), &named) == 0 && opened.st_ino == named.st_ino;
    if (!held) {
        if (lock_ >= 0) {
            ::close(lock_);
        }
        throw ConfigError(folder_.string(), "is in use by another program that does this run, or cannot be "
                                            "written; wait for it or choose another folder");
    }
}

void RunCheckpoint::write_head(const Json& resolved) {
    write_file_atomically(folder_ / "checkpoint.json", Json{{"schema", "tempera-checkpoint"},
                                                            {"version", format_version},
                                                            {"build", build_id()},
                                                            {"preset", stored_preset(resolved, folder_)}}
                                                               .dump(2) +
                                                           "\n");
}

void RunCheckpoint::read(const Json& now) {
    const Json head = read_json(folder_ / "checkpoint.json");
    if (!head.contains("version") || head["version"] != format_version || !head.contains("preset") ||
        !head["preset"].is_object() || !head["preset"].contains("run") ||
        !head["preset"]["run"].is_object()) {
        throw ConfigError(folder_.string(),
                          "was written by a version of the program that stores other things; add --force to "
                          "start the run again");
    }
    Json before = head["preset"];
    before[place_key] = folder_.string();
    const std::vector<std::string> different = run_difference(before, now);
    if (!different.empty()) {
        std::string places;
        for (std::size_t i = 0; i < different.size() && i < 5; ++i) {
            places += (i ? ", " : "") + different[i];
        }
        throw ConfigError(folder_.string(), "is of another preset (it differs in " + places +
                                                (different.size() > 5 ? ", ..." : "") +
                                                "); choose another folder, or add --force to start again");
    }
    if (text_of(head, "build") != build_id()) {
        warning_ = folder_.string() + " was written by another build (" + text_of(head, "build") +
                   "); the bits are those of one run only where both builds compute alike";
    }
}

bool RunCheckpoint::restore(Work& work) {
    const fs::path file = folder_ / state_name;
    if (!fs::exists(file)) {
        return false;
    }
    try {
        StateArchive state(read_npz(file), file.string());
        work.archive(state);
    } catch (const ConfigError& error) {
        throw ConfigError("", std::string(error.what()) + "; add --force to start the run again");
    } catch (const Json::exception&) {
        throw ConfigError(file.string(), "is damaged; add --force to start the run again");
    }
    return true;
}

void RunCheckpoint::save(Work& work) {
    const auto begin = std::chrono::steady_clock::now();
    StateArchive state;
    work.archive(state);
    try {
        write_npz(folder_ / state_name, state.arrays());
    } catch (const std::runtime_error& error) {
        warning_ = std::string(error.what()) + "; the run goes on, but its checkpoint is missing or old";
    }
    timer_.written(begin);
}

RunCheckpoint::Timer::Timer(double seconds) : seconds_(seconds > 0 ? seconds : 1e9) {
    written(std::chrono::steady_clock::now());
}

void RunCheckpoint::Timer::written(std::chrono::steady_clock::time_point begin) {
    const auto now = std::chrono::steady_clock::now();
    const std::chrono::duration<double> wait =
        std::max(seconds_, std::chrono::duration<double>(9 * (now - begin)));
    next_ = now + waiting_time(wait.count());
}

void RunCheckpoint::remove() {
    std::error_code ignored;
    fs::remove_all(folder_, ignored);
    removed_ = true;
}

}  // namespace tempera
