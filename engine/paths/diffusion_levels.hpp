// SPDX-License-Identifier: MIT
// Internal to this folder: what exact and learned diffusion paths share - positions, reference, exact laws of
// the levels where the target is a Gaussian mixture. Level k is the law of alpha_k x_0 + sigma_k z.
#pragma once

#include <optional>

#include "paths/density_path.hpp"
#include "paths/path_coordinates.hpp"

namespace tempera {

struct DiffusionSettings {
    std::string process = "vp", reference = "standard_normal";
    int n_levels = 64;
    bool standardise = true;
    Json schedule{{"type", "log_snr"}};

    void describe(Describer& d);
};

template <class Real>
class DiffusionLevels : public DensityPath<Real> {
public:
    /// Targets that are no mixtures have positions and a reference, but no exact laws between the ends.
    DiffusionLevels(const DiffusionSettings& settings, const PathContext<Real>& context);

    const Coordinates& coordinates() const override { return coordinates_; }
    using DensityPath<Real>::dim;
    int n_levels() const override { return static_cast<int>(rho_.size()); }
    LevelPosition position(int level) const override;

    void sample_reference(const StreamKey& key, std::uint32_t first, Block<Real> out) const override;
    bool has_level_sampler(int level) const override {
        return level == n_levels() || mixture_ || target_->has_sampler();
    }
    void sample_level(int level, const StreamKey& key, std::uint32_t first, Block<Real> out) const override;

    double move_variance(int level) const override;
    std::vector<double> mode_weights(int) const override { return target_->mode_weights(); }
    std::vector<double> mode_responsibilities(int level, const std::vector<double>& x) const override;
    std::optional<Mixture> level_mixture(int level) const override;

    const Target<Real>& target() const override { return *target_; }
    Json frozen_schedule() const override { return Json{{"type", "explicit"}, {"rho", rho_}}; }

protected:
    const std::optional<Mixture>& mixture() const { return mixture_; }  ///< the target in path coordinates
    const std::shared_ptr<const Target<Real>>& shared_target() const { return target_; }
    /// Null when the reference is the exact law of the last level.
    const Density<Real>* reference() const { return reference_.get(); }

private:
    std::shared_ptr<const Target<Real>> target_;
    Schedule rho_;
    bool preserving_, exact_reference_;
    Coordinates coordinates_;
    std::optional<Mixture> mixture_;
    std::shared_ptr<const Density<Real>> reference_;
    double reference_variance_ = 1;
};

}  // namespace tempera
