// SPDX-License-Identifier: MIT
// Density paths: p_0 = target, ..., p_n_levels = reference: docs/theory.md, "Density paths".
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "core/catalogue.hpp"
#include "core/rng.hpp"
#include "models/model.hpp"
#include "targets/target.hpp"

namespace tempera {

/// Position of a level on the path. Diffusion: alpha, sigma, rho = sigma/alpha; tempering: beta. NaN where
/// without meaning.
struct LevelPosition {
    double rho, alpha, sigma, beta;
};

/// A path of densities in its own coordinates y, of which the target's are x = shift + scale B y
/// (Coordinates); everything shown or saved is mapped to x.
template <class Real>
class DensityPath {
public:
    virtual ~DensityPath() = default;
    virtual const Coordinates& coordinates() const = 0;
    int dim() const { return coordinates().dim(); }
    virtual int n_levels() const = 0;
    virtual LevelPosition position(int level) const = 0;
    /// What the noise of a level shrinks the target's coordinates by; 1 on tempering paths.
    double shrinkage(int level) const;
    /// Points y [n, dim] row-major of a level in the target's coordinates, stretched back.
    std::vector<double> to_target(int level, std::vector<double> y) const;

    /// What samplers weigh with: unnormalised target (in path coordinates, Jacobian included) at level 0, the
    /// normalised reference at n_levels.
    virtual const Density<Real>& density(int level) const = 0;
    /// False when only the two ends have log densities.
    virtual bool has_level_densities() const { return true; }
    /// log normaliser of density(level) where known (0 for normalised ones).
    virtual std::optional<double> log_normaliser(int level) const = 0;

    /// The noised density that proposal kernels use at a level >= 1: like density(level), but at n_levels the
    /// true noised target, not the reference. Null for paths without one (tempering), where only `none`
    /// applies.
    virtual const Density<Real>* field(int level) const = 0;
    /// The density of alpha x_0 + sigma z, x_0 ~ target, at any noise level (midpoints); null where not
    /// available.
    virtual std::shared_ptr<const Density<Real>> field_at(double alpha, double sigma) const = 0;
    /// True when field Hessians are those of an exact density (I + v H >= 0 holds): no floor is needed.
    virtual bool exact_hessian() const { return true; }
    /// True when the log densities between the ends are learned: weights cannot be verified from ESS.
    virtual bool learned() const { return false; }

    /// Samples of the reference.
    virtual void sample_reference(const StreamKey& key, std::uint32_t first, Block<Real> out) const = 0;
    /// Exact samples of level `level` (target samples, noised); false when the target has no sampler or, for
    /// 0 < level < n_levels, the path is not a diffusion.
    virtual bool has_level_sampler(int level) const = 0;
    virtual void sample_level(int level, const StreamKey& key, std::uint32_t first,
                              Block<Real> out) const = 0;

    /// Built-in variance scale of MCMC moves at a level (min over components of harmonic
    /// means).
    virtual double move_variance(int level) const = 0;
    /// Exact mode weights at a level where known (constant on a diffusion path, sliding on a tempering path).
    virtual std::vector<double> mode_weights(int level) const = 0;
    /// Soft assignment of points in path coordinates at a level [n * n_modes]: responsibilities of the
    /// level's mixture on diffusion paths, of the target (or its basins) otherwise.
    virtual std::vector<double> mode_responsibilities(int level, const std::vector<double>& x) const = 0;
    /// The exact mixture at a level in path coordinates (null where there is none).
    virtual std::optional<Mixture> level_mixture(int level) const {
        (void)level;
        return {};
    }

    virtual const Target<Real>& target() const = 0;
    /// Schedule in explicit, reusable form: {"type": "explicit", "rho": [...]} or {"beta": [...]}.
    virtual Json frozen_schedule() const = 0;
};

/// Level positions handed to a path: rho of levels 1..n_levels (diffusion) or beta of levels 0..n_levels
/// (tempering).
using Schedule = std::vector<double>;

template <class Real>
struct PathContext {
    std::shared_ptr<const Target<Real>> target;
    Schedule schedule;  ///< made by make_schedule() or by a pilot (adaptive schedules)
    Json model;         ///< the preset's model section, for learned paths
    std::uint64_t seed = 1;
    std::shared_ptr<const NetworkWeights> weights;  ///< of a network in training; null: of the model's file
    decltype(ModelContext<Real>::load_torchscript) load_torchscript;
};

/// What a path is made of.
struct PathInfo {
    bool uses_rho = false;       ///< schedules of noise-to-signal ratios rho; else of inverse temperatures
    bool needs_mixture = false;  ///< a target whose noised densities are known
    bool uses_model = false;     ///< the densities between its ends are those of the preset's model
};

struct PathEntry : Entry<DensityPath, PathContext> {
    PathInfo made_of;
};
const std::vector<PathEntry>& path_catalogue();
/// Of a preset's path section; of an unknown type or of what is no section: nothing.
PathInfo path_info(const Json& section);
/// Throws ConfigError at path.type for a type that is not known.
bool path_uses_rho(const std::string& path_type);

}  // namespace tempera
