// SPDX-License-Identifier: MIT
// A target that is being written down: its settings, what is wrong with them at their place, and a first look
// at its density. Made from the settings' own descriptions.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/bring/offer.hpp"
#include "run/background/first_looks.hpp"

namespace tempera::app {

class TargetPage {
public:
    /// `type` of the catalogue.
    explicit TargetPage(const std::string& type);

    /// Starts anew: its first setting of that kind (a text, a file) is `value`, the others have their
    /// defaults. Presets that are made of it have the name; of `dims` the first that the target takes becomes
    /// its dimension.
    void begin(Field::Kind kind, const std::string& value, std::string name, std::vector<int> dims = {});
    void edit(const std::string& setting, Json value) { target_[setting] = std::move(value); }
    const Json& target() const { return target_; }

    /// Asks for a look at what is written now, and takes the latest one.
    void update(const Json& present);
    /// Settings and messages in a column; the figure beside it is drawn by draw_look().
    void draw_settings(Workbench& bench);
    void draw_look(Workbench& bench);
    /// The button that makes a preset of it.
    std::optional<Taken> draw_use(Workbench& bench, const std::string& what);

    /// The latest look is at what is written now.
    bool settled() const;
    /// It was looked at, and is none.
    bool failed() const { return settled() && !look_->problems.empty(); }
    const TargetLook* look() const { return look_.get(); }
    void set_on_publish(const std::function<void()>& callback) { job_->set_on_publish(callback); }

private:
    const Problem* problem_at(const std::string& setting) const;
    std::vector<int> dims_from(const Json& target) const;
    void text_setting(Workbench& bench, const Field& field);
    void plain_setting(Workbench& bench, const Field& field);
    void message(Workbench& bench, const std::string& setting);
    std::string refused() const;

    std::string name_;
    std::vector<Field> fields_;
    Json target_, asked_, present_;
    std::vector<int> dims_;
    long asked_id_ = 0;
    std::shared_ptr<const TargetLook> look_, good_;  ///< the latest one, and the latest without problems
    std::unique_ptr<LatestJob<Brought, TargetLook>> job_;
};

}  // namespace tempera::app
