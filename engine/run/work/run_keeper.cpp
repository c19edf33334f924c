// SPDX-License-Identifier: MIT
#include "run/work/run_keeper.hpp"

#include <exception>
#include <new>

#include "core/files.hpp"

namespace tempera {

namespace fs = std::filesystem;

namespace {

double seconds_of(const Json& preset, double otherwise) {
    const double wanted = preset["run"]["checkpoint_seconds"].get<double>();
    return wanted > 0 ? wanted : otherwise;
}

}  // namespace

RunKeeper::RunKeeper(fs::path folder, Json preset, double seconds)
    : folder_(std::move(folder)), preset_(std::move(preset)), seconds_(seconds_of(preset_, seconds)),
      timer_(seconds_) {}

bool RunKeeper::open() {
    if (!checkpoint_ && !given_up_) {
        try {
            checkpoint_.emplace(folder_, preset_, seconds_, RunCheckpoint::Mode::start_again);
        } catch (const std::exception& e) {
            given_up_ = true;
            problem_ = std::string("The run could not be resumed after a crash: ") + e.what();
        }
    }
    return checkpoint_.has_value();
}

bool RunKeeper::restore(Work& work) {
    checkpoint_.emplace(folder_, preset_, seconds_, RunCheckpoint::Mode::go_on);
    try {
        return checkpoint_->restore(work);
    } catch (...) {
        checkpoint_.reset();  // what cannot be read here stays where it is
        throw;
    }
}

void RunKeeper::save(Work& work) {
    if (!open()) {
        return;
    }
    const auto begin = std::chrono::steady_clock::now();
    try {
        checkpoint_->save(work);
    } catch (const std::bad_alloc&) {
        given_up_ = true;
        problem_ = "There is not enough memory to keep states of this run; after a crash it begins again.";
    }
    timer_.written(begin);
}

std::string RunKeeper::notice() const {
    return !problem_.empty() ? problem_ : checkpoint_ ? checkpoint_->warning() : std::string();
}

void RunKeeper::end() {
    if (checkpoint_) {
        checkpoint_->remove();
    }
}

Json kept_run(const fs::path& folder) {
    std::error_code ignored;
    if (!fs::exists(folder / "state.npz", ignored)) {
        return {};
    }
    try {
        const Json head = Json::parse(read_file_text(folder / "checkpoint.json"), nullptr, false);
        return head.is_object() ? head.value("preset", Json()) : Json();
    } catch (const std::exception&) {
        return {};
    }
}

}  // namespace tempera
