// SPDX-License-Identifier: MIT
#include "run/work/run_keeper.hpp"

#include <chrono>
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

/// JSON as a list of bytes, which archives know.
void archive_json(StateArchive& archive, const std::string& name, Json& json) {
    const std::string text = archive.restoring() ? std::string() : json.dump();
    std::vector<unsigned char> bytes(text.begin(), text.end());
    archive(name, bytes);
    if (archive.restoring()) {
        json = Json::parse(bytes.begin(), bytes.end());
    }
}

void archive_standing(StateArchive& archive, RunKeeper::Standing& standing) {
    Json edits = Json::array();
    for (const AppliedEdit& e : standing.edits) {
        edits.push_back({{"move", e.move}, {"level", e.level}, {"text", e.text}});
    }
    archive_json(archive, "runner.preset", standing.preset);
    archive_json(archive, "runner.edits", edits);
    archive("runner.moves_done", standing.moves_done);
    standing.edits.clear();
    for (const Json& e : edits) {
        standing.edits.push_back(
            {e["move"].get<long>(), e["level"].get<int>(), e["text"].get<std::string>()});
    }
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
            problem_ = std::string("The run cannot be gone on with after a crash: ") + e.what();
        }
    }
    return checkpoint_.has_value();
}

std::optional<RunKeeper::Standing> RunKeeper::restore(RunSession& session) {
    checkpoint_.emplace(folder_, preset_, seconds_, RunCheckpoint::Mode::go_on);
    try {
        std::optional<StateArchive> state = checkpoint_->state(0);
        if (!state) {
            return std::nullopt;
        }
        Standing standing;
        archive_standing(*state, standing);
        // Settings first, as the run had them; then what they had been used for.
        if (standing.preset != preset_) {
            session.apply(standing.preset);
        }
        session.archive(*state);
        return standing;
    } catch (...) {
        checkpoint_.reset();  // what cannot be read here stays where it is
        throw;
    }
}

void RunKeeper::save(RunSession& session, const Standing& standing) {
    if (!open()) {
        return;
    }
    const auto begin = std::chrono::steady_clock::now();
    try {
        StateArchive state;
        session.archive(state);
        Standing copy = standing;
        archive_standing(state, copy);
        checkpoint_->save_state(0, state);
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
    if (!fs::exists(folder / "replicate-0.npz", ignored)) {
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
