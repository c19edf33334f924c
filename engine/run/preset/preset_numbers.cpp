// SPDX-License-Identifier: MIT
#include "run/preset/preset_numbers.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/number_text.hpp"
#include "core/scratch.hpp"
#include "paths/density_path.hpp"
#include "paths/schedule.hpp"
#include "run/preset/preset.hpp"
#include "run/preset/preset_schema.hpp"
#include "run/preset/preset_target.hpp"

namespace tempera {

namespace {

/// The first of these settings that the target was given, for component c where there is one each.
std::string place_of(const Json& target, std::initializer_list<const char*> names, std::size_t c) {
    for (const char* name : names) {
        const Json value = target.value(name, Json(nullptr));
        if (!value.is_null()) {
            const bool each = target.contains("weights") && value.is_array();
            return std::string("target.") + name + (each ? "[" + std::to_string(c) + "]" : "");
        }
    }
    return "target";
}

template <class Real>
class NumberCheck {
public:
    NumberCheck(const Json& resolved, const Target<double>& target, Problems& problems)
        : preset_(resolved), target_(target), problems_(problems) {
        if (preset_["path"].value("standardise", false) && target.mean() && target.covariance()) {
            shift_ = *target.mean();
            scale_ = std::sqrt(target.covariance()->trace() / target.dim());
        }
    }

    void run() {
        const std::size_t before = problems_.list().size();
        if (target_.mixture()) {
            const Mixture mixture = target_.mixture()->standardised(shift_, scale_);
            for (std::size_t c = 0; c < mixture.components.size(); ++c) {
                component(mixture, c);
            }
        } else {
            scales();
        }
        const bool tempering = preset_["path"].contains("reference_scale");
        if (tempering && problems_.list().size() == before) {
            reference(preset_["path"]["reference_scale"].get<double>());
        }
    }

private:
    static constexpr double least = std::numeric_limits<Real>::min(), most = std::numeric_limits<Real>::max(),
                            epsilon = std::numeric_limits<Real>::epsilon();
    static constexpr const char* name = sizeof(Real) == 4 ? "f32" : "f64";

    /// The number and its inverse are neither zero nor infinite nor short of digits.
    static bool fits(double v) { return v >= least && v <= most && 1 / v >= least && 1 / v <= most; }
    static std::string advice() {
        return sizeof(Real) == 4 ? "; use run.precision f64, or other units" : "; use other units";
    }

    void component(const Mixture& mixture, std::size_t c) {
        const Mixture::Component& part = mixture.components[c];
        const Json& target = preset_["target"];
        const auto bad = std::find_if(part.eigenvalues.begin(), part.eigenvalues.end(),
                                      [](double variance) { return !fits(variance); });
        if (bad != part.eigenvalues.end()) {
            problems_.add(spread_place(c), "is a variance of " + short_number(*bad) +
                                               " in the path's coordinates, which is no number of " + name +
                                               ", or its inverse is none" + advice());
            return;
        }
        for (Eigen::Index i = 0; i < part.mean.size(); ++i) {
            const double mean = std::abs(part.mean(i));
            if (!(mean * mean < most / static_cast<double>(part.mean.size()))) {
                problems_.add(place_of(target, {"means", "mean"}, c),
                              "is " + short_number(mean) +
                                  " in the path's coordinates, whose square is no number of " + name +
                                  advice());
                return;
            }
            const double width =
                std::sqrt((part.axes.row(i).array().square() * part.eigenvalues.transpose().array()).sum());
            if (width < epsilon * mean) {
                problems_.add(spread_place(c), "is narrower (" + short_number(width) +
                                                   " in the path's coordinates) than the distance of " +
                                                   name + " numbers at its mean, " +
                                                   short_number(epsilon * mean) + advice());
                return;
            }
        }
    }

    /// Widths of targets that are no mixtures are squared and inverted, too.
    void scales() {
        const Json& target = preset_["target"];
        const std::size_t before = problems_.list().size();
        for (const Field& field : section_fields("target", text_of(target, "type"))) {
            const bool scale = field.kind == Field::Kind::number && field.log_scale;
            if (scale && !fits(std::pow(target[field.name].get<double>(), 2))) {
                problems_.add("target." + field.name,
                              short_number(target[field.name].get<double>()) +
                                  " has a square (or an inverse of it) that is no number of " + name +
                                  advice());
            }
        }
        if (problems_.list().size() == before && !density_at_samples()) {
            problems_.add("target",
                          std::string("has samples whose log density is no number of ") + name + advice());
        }
    }

    bool density_at_samples() const {
        const std::shared_ptr<const Target<Real>> target = preset_target<Real>(preset_);
        if (!target->has_sampler()) {
            return true;
        }
        Scratch frame;
        const Block<Real> x = room(frame);
        target->sample(StreamKey{}, 0, x);
        return count_finite(*target, x) == n_probes;
    }

    /// Room for points at which a density is probed.
    static constexpr int n_probes = 64;
    Block<Real> room(Scratch& frame) const {
        return {frame.take<Real>(static_cast<std::size_t>(target_.dim()) * block_size), target_.dim(),
                n_probes};
    }
    static int count_finite(const Density<Real>& density, Block<const Real> x) {
        Scratch frame;
        Real* log_density = frame.take<Real>(block_size);
        Tally not_counted;
        density.evaluate(x, {.log_density = log_density}, not_counted);
        return static_cast<int>(
            std::count_if(log_density, log_density + n_probes, [](Real v) { return std::isfinite(v); }));
    }

    std::string spread_place(std::size_t c) const {
        return place_of(preset_["target"], {"covariances", "covariance", "variances", "sigmas", "wide"}, c);
    }

    /// Draws of the reference must have a square and, some of them, a density of the target.
    void reference(double scale) {
        constexpr double reach = 10;  // standard deviations
        const double squares = reach * reach * scale * scale * target_.dim();
        if (!fits(scale * scale) || !(squares <= most)) {
            problems_.add("path.reference_scale",
                          short_number(scale) +
                              " has a square (or an inverse, or a sum of squares) that "
                              "is no number of " +
                              name + advice());
        } else if (!density_at_reference(scale)) {
            problems_.add("path.reference_scale",
                          short_number(scale) +
                              " leads so far out that the target's log density is no number "
                              "of " +
                              name + " there" + advice() + ", or a reference nearer to the target's width");
        }
    }

    bool density_at_reference(double scale) const {
        std::shared_ptr<const Density<Real>> density;
        const bool in_path_coordinates = target_.mixture();
        if (in_path_coordinates) {
            density = make_mixture_density<Real>(target_.mixture()->standardised(shift_, scale_));
        } else {
            density = preset_target<Real>(preset_);
        }
        Scratch frame;
        const Block<Real> x = room(frame);
        fill_normals(StreamKey{}, 0, x);
        for (int i = 0; i < x.dim; ++i) {
            for (int l = 0; l < x.n; ++l) {
                const double y = scale * static_cast<double>(x(i, l));
                x(i, l) = static_cast<Real>(in_path_coordinates ? y : shift_(i) + scale_ * y);
            }
        }
        return count_finite(*density, x) > 0;
    }

    const Json& preset_;
    const Target<double>& target_;
    Problems& problems_;
    Eigen::VectorXd shift_ = Eigen::VectorXd::Zero(target_.dim());
    double scale_ = 1;
};

/// Schedules that a pilot does not make are known now.
void check_levels(const Json& path, bool single, Problems& problems) {
    const Json schedule = path.value("schedule", Json(nullptr));
    if (schedule.is_null() || !path.contains("n_levels")) {
        return;
    }
    const ScheduleEntry& entry = find_schedule(text_of(schedule, "type"));
    const bool rho = path_uses_rho(text_of(path, "type"));
    if (entry.adaptive) {
        return;
    }
    try {
        const int n_levels = path["n_levels"].get<int>();
        const std::vector<double> values = entry.make(schedule, n_levels, rho);
        Problems found;
        check_schedule(values, n_levels, rho, rho ? "path.schedule.rho" : "path.schedule.beta", found);
        if (!found.empty()) {
            problems.add("path.schedule", "gives levels that cannot be told apart (" +
                                              found.list().front().place + ": " + found.list().front().text +
                                              ")");
        } else if (rho && single && values.front() < least_rho_f32) {
            problems.add("path.schedule", "level 1 has rho = " + short_number(values.front(), 6) +
                                              ", which f32 cannot tell from the target; begin at " +
                                              short_number(least_rho_f32) + ", or use run.precision f64");
        }
    } catch (const ConfigError&) {  // an explicit schedule's own problems are reported where it is read
    }
}

}  // namespace

void check_numbers(const Json& resolved, const Target<double>& target, Problems& problems) {
    const bool single = text_of(resolved["run"], "precision") == "f32";
    check_levels(resolved["path"], single, problems);
    try {
        if (single) {
            NumberCheck<float>(resolved, target, problems).run();
        } else {
            NumberCheck<double>(resolved, target, problems).run();
        }
    } catch (const ConfigError& error) {
        for (const Problem& p : error.problems()) {
            problems.add(p.place, p.text);
        }
    }
}

}  // namespace tempera
