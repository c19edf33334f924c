// SPDX-License-Identifier: MIT
// Geometric tempering: log p_beta = (1 - beta) log N(0, reference_scale^2 I) + beta log gamma, for any
// target.
#include <algorithm>
#include <cmath>
#include <limits>
#include <mutex>
#include <numbers>
#include <stdexcept>

#include "core/log_sum_exp.hpp"
#include "core/number.hpp"
#include "core/scratch.hpp"
#include "paths/density_path.hpp"
#include "paths/path_coordinates.hpp"
#include "paths/schedule.hpp"
#include "paths/tempered_masses.hpp"

namespace tempera {

namespace {

struct TemperingSettings {
    int n_levels = 64;
    bool standardise = true;
    double reference_scale = 1;
    Json schedule{{"type", "linear"}};

    void describe(Describer& d) {
        describe_levels(d, n_levels, standardise);
        d.number("reference_scale", reference_scale,
                 {.min = least_scale,
                  .max = largest_scale,
                  .log_scale = true,
                  .help = "standard deviation of the Gaussian reference in the path's coordinates"});
        d.entry("schedule", schedule, schedule_types, {.help = "inverse temperatures of the levels"});
    }
};

/// (1 - beta) log N(x; 0, scale^2 I) + beta log gamma(x).
template <class Real>
class TemperedDensity final : public Density<Real> {
public:
    TemperedDensity(std::shared_ptr<const Density<Real>> target, double beta, double reference_scale)
        : target_(std::move(target)), beta_(static_cast<Real>(beta)),
          stiffness_(static_cast<Real>((1 - beta) / (reference_scale * reference_scale))),
          constant_(static_cast<Real>(-(1 - beta) * 0.5 * target_->dim() *
                                      std::log(2 * std::numbers::pi * reference_scale * reference_scale))) {}
    int dim() const override { return target_->dim(); }
    bool has_hessian() const override { return beta_ == 0 || target_->has_hessian(); }
    bool has_log_density() const override { return beta_ == 0 || target_->has_log_density(); }

protected:
    void evaluate_block(Block<const Real> x, const Wanted<Real>& wanted) const override {
        const int d = dim(), lanes = x.lanes();
        target_part(wanted, d, lanes, [&] { target_->evaluate_uncounted(x, wanted); });
        if (wanted.log_density) {
            Scratch frame;
            Real* square = frame.take<Real>(block_size);
            std::fill_n(square, lanes, Real(0));
            for (int i = 0; i < d; ++i) {
                for (int lane = 0; lane < lanes; ++lane) {
                    square[lane] += x(i, lane) * x(i, lane);
                }
            }
            for (int lane = 0; lane < lanes; ++lane) {
                wanted.log_density[lane] += constant_ - Real(0.5) * stiffness_ * square[lane];
            }
        }
        for (int i = 0; wanted.score && i < d; ++i) {
            Real* row = wanted.score + static_cast<std::ptrdiff_t>(i) * block_size;
            for (int lane = 0; lane < lanes; ++lane) {
                row[lane] -= stiffness_ * x(i, lane);
            }
        }
        for (int i = 0; wanted.hessian && i < d; ++i) {
            Real* row = wanted.hessian + (static_cast<std::ptrdiff_t>(i) * d + i) * block_size;
            for (int lane = 0; lane < lanes; ++lane) {
                row[lane] -= stiffness_;
            }
        }
    }
    void hessian_vector_block(Block<const Real> x, Block<const Real> v, Block<Real> out) const override {
        const int d = dim(), lanes = x.lanes();
        target_part({nullptr, out.data, nullptr}, d, lanes,
                    [&] { target_->hessian_vector_uncounted(x, v, out); });
        for (int i = 0; i < d; ++i) {
            for (int lane = 0; lane < lanes; ++lane) {
                out(i, lane) -= stiffness_ * v(i, lane);
            }
        }
    }

private:
    /// beta times the target's part; the target is not touched at beta = 0, where it may be infinite.
    template <class Evaluate>
    void target_part(const Wanted<Real>& out, int d, int lanes, Evaluate evaluate) const {
        if (beta_ != 0) {
            evaluate();
        }
        const auto each_row = [&](Real* rows, int n_rows) {
            for (int i = 0; rows && i < n_rows; ++i) {
                Real* row = rows + static_cast<std::ptrdiff_t>(i) * block_size;
                for (int lane = 0; lane < lanes; ++lane) {
                    row[lane] = beta_ == 0 ? Real(0) : beta_ * row[lane];
                }
            }
        };
        each_row(out.log_density, 1);
        each_row(out.score, d);
        each_row(out.hessian, d * d);
    }

    std::shared_ptr<const Density<Real>> target_;
    Real beta_, stiffness_, constant_;
};

template <class Real>
class TemperingPath final : public DensityPath<Real> {
public:
    TemperingPath(const TemperingSettings& s, const PathContext<Real>& context)
        : target_(context.target), beta_(context.schedule), reference_scale_(s.reference_scale) {
        Problems problems;
        check_schedule(beta_, static_cast<int>(beta_.size()) - 1, false, "path.schedule.beta", problems);
        problems.throw_if_any();
        coordinates_ = coordinates_of(*target_, s.standardise);
        mixture_ = mixture_in_coordinates(*target_, coordinates_);
        const auto target = density_in_coordinates<Real>(target_, coordinates_);
        masses_.resize(beta_.size());
        for (double beta : beta_) {
            densities_.push_back(
                beta == 1 ? target : std::make_shared<TemperedDensity<Real>>(target, beta, reference_scale_));
        }
    }

    const Coordinates& coordinates() const override { return coordinates_; }
    using DensityPath<Real>::dim;
    int n_levels() const override { return static_cast<int>(beta_.size()) - 1; }
    LevelPosition position(int level) const override {
        const double none = std::numeric_limits<double>::quiet_NaN();
        return {none, none, none, beta(level)};
    }

    const Density<Real>& density(int level) const override {
        return *densities_.at(static_cast<std::size_t>(level));
    }
    std::optional<double> log_normaliser(int level) const override {
        return level == n_levels() ? std::optional(0.0) : level == 0 ? target_->log_z() : std::nullopt;
    }
    const Density<Real>* field(int) const override { return nullptr; }
    std::shared_ptr<const Density<Real>> field_at(double, double) const override { return nullptr; }

    void sample_reference(const StreamKey& key, std::uint32_t first, Block<Real> out) const override {
        fill_normals(key, first, out);
        for (int i = 0; i < dim(); ++i) {
            for (int lane = 0; lane < out.lanes(); ++lane) {
                out(i, lane) *= static_cast<Real>(reference_scale_);
            }
        }
    }
    bool has_level_sampler(int level) const override {
        return level == n_levels() || (level == 0 && target_->has_sampler());
    }
    void sample_level(int level, const StreamKey& key, std::uint32_t first, Block<Real> out) const override {
        if (!has_level_sampler(level)) {
            throw std::logic_error("a tempering path has exact samples at its ends only");
        }
        if (level == n_levels()) {
            return sample_reference(key, first, out);
        }
        Scratch frame;
        const Block<double> y = sample_in_coordinates(*target_, coordinates_, key, first, out.n, frame);
        for (int i = 0; i < dim(); ++i) {
            std::transform(y.row(i), y.row(i) + y.lanes(), out.row(i),
                           [](double value) { return static_cast<Real>(value); });
        }
    }

    double move_variance(int level) const override {
        const double b = beta(level), reference_precision = 1 / (reference_scale_ * reference_scale_);
        if (!mixture_) {
            const double scale = coordinates_.scale();
            return 1 / (b * scale * scale / target_->local_variance() + (1 - b) * reference_precision);
        }
        double out = std::numeric_limits<double>::infinity();
        for (const Mixture::Component& c : mixture_->components) {
            out = std::min(
                out, dim() / (b * c.eigenvalues.array().inverse() + (1 - b) * reference_precision).sum());
        }
        return out;
    }
    /// The mean responsibilities at a level: of a mixture at every one, of other targets at the ends only.
    std::vector<double> mode_weights(int level) const override {
        const int n_modes = target_->n_modes();
        if (level == 0 || n_modes == 0) {
            return target_->mode_weights();
        }
        if (!mixture_ && level < n_levels()) {
            return {};
        }
        const std::lock_guard lock(masses_mutex_);
        std::vector<double>& masses = masses_.at(static_cast<std::size_t>(level));
        if (masses.empty()) {
            masses = mixture_ ? tempered_masses(*mixture_, beta(level), reference_scale_)
                              : reference_masses(dim(), n_modes, reference_scale_,
                                                 [&](const std::vector<double>& x) {
                                                     return mode_responsibilities(level, x);
                                                 });
        }
        return masses;
    }
    std::vector<double> mode_responsibilities(int, const std::vector<double>& x) const override {
        return target_->mode_responsibilities(coordinates_.to_target(x));
    }
    std::optional<Mixture> level_mixture(int level) const override {
        return level == 0 ? mixture_ : std::nullopt;
    }

    const Target<Real>& target() const override { return *target_; }
    Json frozen_schedule() const override { return Json{{"type", "explicit"}, {"beta", beta_}}; }

private:
    double beta(int level) const { return beta_.at(static_cast<std::size_t>(level)); }

    std::shared_ptr<const Target<Real>> target_;
    Schedule beta_;
    double reference_scale_;
    Coordinates coordinates_;
    std::optional<Mixture> mixture_;  ///< in path coordinates
    std::vector<std::shared_ptr<const Density<Real>>> densities_;
    mutable std::mutex masses_mutex_;
    mutable std::vector<std::vector<double>> masses_;  ///< of the modes by level, once asked for
};

}  // namespace

PathEntry tempering_path() {
    return {make_entry<DensityPath, PathContext, TemperingPath, TemperingSettings>(
                "path", "tempering", "geometric bridge from a Gaussian to the target, for any target"),
            {.uses_rho = false, .needs_mixture = false, .uses_model = false}};
}

}  // namespace tempera
