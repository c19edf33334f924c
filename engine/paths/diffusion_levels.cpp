// SPDX-License-Identifier: MIT
#include "paths/diffusion_levels.hpp"

#include <cmath>
#include <limits>

#include "core/number_text.hpp"
#include "core/scratch.hpp"
#include "paths/schedule.hpp"

namespace tempera {

namespace {

Mixture single_gaussian(int dim, double variance) {
    Mixture m;
    m.components.push_back({1.0, Eigen::VectorXd::Zero(dim), Eigen::VectorXd::Constant(dim, variance),
                            Eigen::MatrixXd::Identity(dim, dim)});
    return m;
}

}  // namespace

void DiffusionSettings::describe(Describer& d) {
    d.choice("process", process, {"vp", "ve"},
             {.help = "variance preserving (alpha^2 + sigma^2 = 1) or variance exploding (alpha = 1) noise"});
    describe_levels(d, n_levels, standardise);
    d.choice("reference", reference, {"standard_normal", "exact"},
             {.help = "law at the last level: a normal, or the true noised target (for tests and teaching)"});
    d.entry("schedule", schedule, schedule_types, {.help = "noise-to-signal ratios of the levels"});
}

template <class Real>
DiffusionLevels<Real>::DiffusionLevels(const DiffusionSettings& s, const PathContext<Real>& context)
    : target_(context.target), rho_(context.schedule), preserving_(s.process == "vp"),
      exact_reference_(s.reference == "exact") {
    Problems problems;
    check_schedule(rho_, static_cast<int>(rho_.size()), true, "path.schedule.rho", problems);
    if (sizeof(Real) == 4 && !rho_.empty() && rho_.front() < least_rho_f32) {
        problems.add("path.schedule", "level 1 has rho = " + short_number(rho_.front(), 6) +
                                          ", which f32 cannot tell from the target; begin at " +
                                          short_number(least_rho_f32) +
                                          " or above, or use run.precision f64");
    }
    problems.throw_if_any();
    coordinates_ = coordinates_of(*target_, s.standardise);
    mixture_ = mixture_in_coordinates(*target_, coordinates_);
    if (exact_reference_) {
        if (!mixture_) {
            throw ConfigError(
                "path.reference",
                "\"exact\" needs the noised densities of a Gaussian mixture; use \"standard_normal\"");
        }
        return;
    }
    double data_variance = 1;
    if (mixture_) {
        data_variance = mixture_->covariance().trace() / dim();
    } else if (const auto covariance = target_->covariance()) {
        data_variance =
            average_variance(*covariance, coordinates_) / (coordinates_.scale() * coordinates_.scale());
    }
    reference_variance_ = preserving_ ? 1.0 : rho_.back() * rho_.back() + data_variance;
    reference_ = make_mixture_density<Real>(single_gaussian(dim(), reference_variance_));
}

template <class Real>
LevelPosition DiffusionLevels<Real>::position(int level) const {
    const double rho = level == 0 ? 0.0 : rho_.at(static_cast<std::size_t>(level) - 1),
                 none = std::numeric_limits<double>::quiet_NaN();
    const double alpha = preserving_ ? 1 / std::sqrt(1 + rho * rho) : 1.0;
    return {rho, alpha, rho * alpha, none};
}

template <class Real>
void DiffusionLevels<Real>::sample_reference(const StreamKey& key, std::uint32_t first,
                                             Block<Real> out) const {
    if (exact_reference_) {
        level_mixture(n_levels())->sample(key, first, out);
        return;
    }
    fill_normals(key, first, out);
    const Real sd = static_cast<Real>(std::sqrt(reference_variance_));
    for (int i = 0; i < dim(); ++i) {
        for (int lane = 0; lane < out.lanes(); ++lane) {
            out(i, lane) *= sd;
        }
    }
}

template <class Real>
void DiffusionLevels<Real>::sample_level(int level, const StreamKey& key, std::uint32_t first,
                                         Block<Real> out) const {
    if (level == n_levels()) {
        sample_reference(key, first, out);
        return;
    }
    if (mixture_) {
        level_mixture(level)->sample(key, first, out);
        return;
    }
    const LevelPosition p = position(level);
    Scratch frame;
    const Block<Real> noise{frame.take<Real>(static_cast<std::size_t>(dim()) * block_size), dim(), out.n};
    const Block<double> data = sample_in_coordinates(*target_, coordinates_, key, first, out.n, frame);
    StreamKey other = key;
    other.step ^= 0x80000000U;
    fill_normals(other, first, noise);
    for (int i = 0; i < dim(); ++i) {
        for (int lane = 0; lane < out.lanes(); ++lane) {
            out(i, lane) =
                static_cast<Real>(p.alpha * data(i, lane) + p.sigma * static_cast<double>(noise(i, lane)));
        }
    }
}

template <class Real>
double DiffusionLevels<Real>::move_variance(int level) const {
    if (level == n_levels() && !exact_reference_) {
        return reference_variance_;
    }
    if (mixture_) {
        return level_mixture(level)->smallest_scale();
    }
    const LevelPosition p = position(level);
    return p.alpha * p.alpha * target_->local_variance() / (coordinates_.scale() * coordinates_.scale()) +
           p.sigma * p.sigma;
}

template <class Real>
std::vector<double> DiffusionLevels<Real>::mode_responsibilities(int level,
                                                                 const std::vector<double>& x) const {
    if (mixture_) {
        return level_mixture(level)->responsibilities(x);
    }
    return target_->mode_responsibilities(coordinates_.to_target(x, position(level).alpha));
}

template <class Real>
std::optional<Mixture> DiffusionLevels<Real>::level_mixture(int level) const {
    if (!mixture_ || level == 0) {
        return mixture_;
    }
    const LevelPosition p = position(level);
    return mixture_->noised(p.alpha, p.sigma);
}

template class DiffusionLevels<float>;
template class DiffusionLevels<double>;

}  // namespace tempera
