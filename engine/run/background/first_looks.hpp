// SPDX-License-Identifier: MIT
// First looks at what people bring, before anything is made of it: a target that is being written down, a
// file of points, a trained model. They take from milliseconds to seconds, run beside the window (LatestJob)
// and throw nothing: what is wrong is part of what was seen.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "diagnostics/grid.hpp"
#include "run/background/latest_job.hpp"
#include "run/preset/proposals.hpp"

namespace tempera {

/// What somebody brings, and the preset beside it.
struct Brought {
    long id = 0;                      ///< told by the look that answers
    Json present = {};                ///< the preset of now: what was brought may be used in it
    Json target = {};                 ///< a section "target", of a target that is brought
    std::filesystem::path file = {};  ///< of points or of a model that is brought
    std::string name = {};            ///< of a preset that is made of it
    std::vector<int> dims = {};       ///< that its target may have, the likeliest first; empty: its own
    double wait = 0;                  ///< seconds before the work begins: somebody is still typing
};

struct TargetLook {
    long id = 0;
    Json target;                    ///< the section that was looked at, with the dimension that was found
    std::vector<Problem> problems;  ///< at "target.log_density" and the like; there is nothing else then
    int dim = 0;
    ViewPlane plane;
    /// The density over the plane, relative to its highest value; of one row in one dimension.
    std::shared_ptr<const Grid> density;
    enum class Shown { whole, marginal, slice } shown = Shown::whole;
    std::vector<double> centre;   ///< [dim] of a slice: the point that it goes through
    std::optional<double> log_z;  ///< where it is known
    Proposal use;                 ///< as the target of a preset
};
/// Null only when asked to stop.
std::shared_ptr<const TargetLook> look_at_target(const Brought& brought, const std::stop_token& stop);

/// One column of numbers; of those that are finite.
struct ColumnLook {
    std::string name;
    double min = 0, max = 0, mean = 0, deviation = 0;
    std::size_t n_bad = 0;  ///< NaN, infinite or empty
};

struct PointsLook {
    long id = 0;
    std::filesystem::path file;
    std::string error;     ///< why there is nothing else
    bool network = false;  ///< because it holds a trained network
    std::size_t n_rows = 0;
    bool header = false;    ///< the file names its columns
    bool weighted = false;  ///< samples of a run
    std::vector<ColumnLook> columns;
    std::size_t n_bad = 0;  ///< numbers that are not finite, and
    std::string first_bad;  ///< where the first one is
    /// Evenly thinned rows [n_drawn, n_columns], at most most_drawn of them.
    std::vector<double> drawn;
    Proposal reference, training, labelled_rows;
    static constexpr std::size_t most_drawn = 20'000;
};
std::shared_ptr<const PointsLook> look_at_points(const Brought& brought, const std::stop_token& stop);

struct ModelLook {
    long id = 0;
    Proposal use;  ///< as the model of a learned path to the present target
};
/// A TorchScript model is called once to find out whether it returns energies or scores.
std::shared_ptr<const ModelLook> look_at_model(const Brought& brought, const std::stop_token& stop);

/// False as soon as `stop` is asked for.
bool pause_for(double seconds, const std::stop_token& stop);
/// One background thread for one of these looks.
template <class Look>
std::unique_ptr<LatestJob<Brought, Look>>
look_job(std::shared_ptr<const Look> (*look)(const Brought&, const std::stop_token&)) {
    return std::make_unique<LatestJob<Brought, Look>>(
        [look](const Brought& brought, const typename LatestJob<Brought, Look>::Context& context) {
            if (pause_for(brought.wait, context.stop)) {
                if (auto seen = look(brought, context.stop)) {
                    context.publish(std::move(seen));
                }
            }
        });
}
}  // namespace tempera
