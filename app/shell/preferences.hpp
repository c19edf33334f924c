// SPDX-License-Identifier: MIT
// What a person chose about the window, kept from start to start: theme, scale, layout, hidden panels, pace,
// size.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "core/settings.hpp"
#include "run/background/latest_job.hpp"

namespace tempera::app {

struct Workbench;

/// The choices as they are now.
Json preferences_of(const Workbench& bench);
/// Takes over what is there and of the right kind, before the first preset is opened.
void apply_preferences(Workbench& bench, const Json& chosen);

class Preferences {
public:
    /// Reads window.json of a folder; one that is missing or damaged is no reason to stop.
    explicit Preferences(const std::filesystem::path& folder);
    ~Preferences();
    Preferences(const Preferences&) = delete;
    Preferences& operator=(const Preferences&) = delete;

    const Json& chosen() const { return chosen_; }  ///< as they were read or last handed over; an object
    /// Choices of the command line, by the names of preferences_of(): they are for this start, so that each
    /// leaves what was chosen before as it is until the person makes another choice.
    void set_for_this_start(Json asked) { asked_ = std::move(asked); }
    /// Writes, in the background, what is new.
    void keep(const Json& now);
    void keep_and_wait(const Json& now);  ///< the last ones of a session

private:
    /// With what was chosen before in place of what the command line asked for.
    Json lasting(Json now);

    std::filesystem::path file_;  ///< empty: nothing is written
    Json chosen_ = Json::object(), asked_ = Json::object();
    std::unique_ptr<LatestJob<std::string, int>> writer_;
    long n_writes_ = 0;
};

}  // namespace tempera::app
