// SPDX-License-Identifier: MIT
// Targets: the unnormalised densities gamma = Z pi that samplers are after.
#pragma once

#include <Eigen/Dense>
#include <optional>
#include <string>
#include <vector>

#include "core/catalogue.hpp"
#include "core/grid.hpp"
#include "core/rng.hpp"
#include "targets/coordinates.hpp"
#include "targets/density.hpp"
#include "targets/mixture.hpp"

namespace tempera {

template <class Real>
class Target : public Density<Real> {
public:
    /// log Z where it is known in closed form.
    virtual std::optional<double> log_z() const { return {}; }
    /// The mixture's parameters when the target is one (exact diffusion paths exist for these); else null.
    virtual const Mixture* mixture() const { return nullptr; }

    /// Coordinates of the subspace on which the target is a density, by that subspace's volume; points keep
    /// all dim() coordinates. Null: all of R^dim.
    virtual std::shared_ptr<const Isometry> subspace() const { return nullptr; }

    /// Exact samples for particles first + lane; false when the target has no exact sampler.
    virtual bool has_sampler() const { return mixture() != nullptr; }
    virtual void sample(const StreamKey& key, std::uint32_t first, Block<Real> out) const;

    /// Modes: count (0 = none known), names, true weights (empty when unknown) and soft or hard assignment
    /// [n * n_modes] of points x [n, dim] row-major.
    virtual int n_modes() const { return mixture() ? mixture()->size() : 0; }
    virtual std::vector<std::string> mode_names() const;
    virtual std::vector<double> mode_weights() const;
    virtual std::vector<double> mode_responsibilities(const std::vector<double>& x) const;

    /// Exact or good moments for standardisation; nullopt when unknown (then standardise is refused with a
    /// reason).
    virtual std::optional<Eigen::VectorXd> mean() const;
    virtual std::optional<Eigen::MatrixXd> covariance() const;
    /// Variance of the narrowest direction-averaged feature: the built-in scale of MCMC steps.
    virtual double local_variance() const { return mixture() ? mixture()->smallest_scale() : 1.0; }
    /// Two rows [2, dim] onto which views project (first two coordinates, or the plane of the modes).
    virtual Eigen::MatrixXd view_plane() const;
    /// What of the view plane shows the target.
    virtual Box view_box() const;
};

template <class Real>
struct TargetContext {};

using TargetEntry = Entry<Target, TargetContext>;
const std::vector<TargetEntry>& target_catalogue();

/// A target of dimension dim given as a mixture; what all mixture targets share.
template <class Real>
class MixtureTarget : public Target<Real> {
public:
    explicit MixtureTarget(Mixture mixture);
    int dim() const override { return mixture_.dim(); }
    std::optional<double> log_z() const override { return mixture_.log_z; }
    const Mixture* mixture() const override { return &mixture_; }

protected:
    void evaluate_block(Block<const Real> x, const Wanted<Real>& wanted) const override;
    void hessian_vector_block(Block<const Real> x, Block<const Real> v, Block<Real> out) const override;

private:
    Mixture mixture_;
    std::shared_ptr<const Density<Real>> density_;
};

}  // namespace tempera
