// SPDX-License-Identifier: MIT
// Points of a file: what is in it, a picture of two of its columns, and what they can be used for.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "app/bring/offer.hpp"
#include "figures/plot_spec.hpp"
#include "run/background/first_looks.hpp"

namespace tempera::app {

class PointsPage {
public:
    PointsPage() : job_(look_job<PointsLook>(look_at_points)) {}

    void begin(const std::filesystem::path& file);
    /// Asks for a look at the file beside this preset, and takes the latest one.
    void update(const Json& present);
    void draw_facts(Workbench& bench);
    void draw_look(Workbench& bench);
    std::optional<Taken> draw_uses(Workbench& bench);

    const std::filesystem::path& file() const { return file_; }
    bool settled() const { return file_.empty() || look_; }
    const PointsLook* look() const { return look_.get(); }
    void set_on_publish(const std::function<void()>& callback) { job_->set_on_publish(callback); }

private:
    void draw_columns(Workbench& bench);
    void draw_choices(Workbench& bench);

    std::filesystem::path file_, asked_file_;
    Json asked_present_;
    long asked_id_ = 0;  ///< a file that is brought again is read again
    std::size_t across_ = 0, up_ = 0;
    std::shared_ptr<const PointsLook> look_;
    PlotSpec figure_;  ///< of look_ and the chosen columns
    std::unique_ptr<LatestJob<Brought, PointsLook>> job_;
};

}  // namespace tempera::app
