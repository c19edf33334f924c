// SPDX-License-Identifier: MIT
// Targets: the unnormalised densities gamma = Z pi that samplers are after.
#pragma once

#include <Eigen/Dense>
#include <functional>
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

/// A named number of a configuration, whose distribution under the target is of interest.
struct Observable {
    std::string name;                  ///< "energy", "distance", "w_3": as in summaries and tables
    std::string unit = {};             ///< empty: none
    double period = 0;                 ///< of an angle and the like; 0: not periodic
    std::optional<double> exact = {};  ///< its mean under the target, where known
};

/// Identical particles: coordinates are particle-major [n_particles * axes].
struct ParticleLayout {
    int n_particles = 0, axes = 0;
    double length = 1;  ///< of a typical pair: the scale of pictures and first guesses
};

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

    /// What the coordinates are when they are places of identical particles.
    virtual std::optional<ParticleLayout> particles() const { return {}; }
    /// Energies [n_particles] of the particles of a system at points x, each with half of its pairs', in the
    /// units of the energy observable. False where nothing is known of them.
    virtual bool particle_energies(Block<const Real> x, Block<double> out) const {
        (void)x, (void)out;
        return false;
    }
    /// Side of a square lattice whose sites are the coordinates, row by row; 0: none.
    virtual int lattice() const { return 0; }
    /// The same target in float64, which systems of particles offer; else null.
    virtual std::shared_ptr<const Target<double>> in_double() const { return nullptr; }

    /// The observables: the energy, which is -log density with the target's own constants (before any
    /// temperature), and what the target adds to it.
    virtual std::vector<Observable> observables() const { return {{.name = "energy"}}; }
    /// T where the density is exp(-energy / T) of an energy that does not depend on T: its fluctuations are a
    /// heat capacity. Nothing where that is not so.
    virtual std::optional<double> temperature() const { return 1; }
    /// Their values [n_observables] at points x.
    virtual void observe(Block<const Real> x, Block<double> out) const;

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

/// What a target may need of the program around it.
template <class Real>
struct TargetContext {
    /// The density (x [n, dim]) -> log density [n] of a TorchScript file (engine/torch); empty in programs
    /// without LibTorch.
    std::function<std::shared_ptr<const Density<Real>>(const std::string& file, int dim)> load_torchscript;
};

using TargetEntry = Entry<Target, TargetContext>;
const std::vector<TargetEntry>& target_catalogue();

/// The target with density target^(1/temperature); the target itself at temperature 1.
template <class Real>
std::shared_ptr<Target<Real>> at_temperature(std::shared_ptr<Target<Real>> target, double temperature);

/// Settings of a target beside the temperature at which it is taken.
template <class Settings>
struct WithTemperature : Settings {
    double temperature = 1;
    void describe(Describer& d) {
        Settings::describe(d);
        d.number("temperature", temperature,
                 {.min = 0,
                  .open_min = true,
                  .log_scale = true,
                  .help = "T of the density to the power 1/T; log Z is known only where it still is"});
    }
};

/// An entry of the catalogue, for a method template with constructor Method<Real>(const Settings&, const
/// TargetContext<Real>&); its targets may be taken at a temperature.
template <template <class> class Method, class Settings>
TargetEntry target_entry(const char* name, const char* summary) {
    TargetEntry e =
        make_entry<Target, TargetContext, Method, WithTemperature<Settings>>("target", name, summary);
    const auto tempered = [](const auto& make) {
        return [make](const Json& settings, const auto& context) {
            return at_temperature(make(settings, context), settings.value("temperature", 1.0));
        };
    };
    e.make_f32 = tempered(e.make_f32);
    e.make_f64 = tempered(e.make_f64);
    return e;
}

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
