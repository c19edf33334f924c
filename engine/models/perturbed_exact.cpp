// SPDX-License-Identifier: MIT
// Teaching model: the exact noised mixture with wrong mode weights at low noise. It isolates mode blindness
// (wrong relative masses of separated modes) from errors of the score.
#include <bit>
#include <cmath>

#include "models/model.hpp"

namespace tempera {

namespace {

struct PerturbedSettings {
    double logit_noise = 1, below_rho = 0.5;
    std::vector<double> weights;

    void describe(Describer& d) {
        d.number("logit_noise", logit_noise,
                 {.min = 0,
                  .help = "standard deviation of independent errors of log weights, per level and mode"});
        d.number("below_rho", below_rho,
                 {.min = 0,
                  .open_min = true,
                  .log_scale = true,
                  .help = "noise-to-signal ratio below which weights are wrong"});
        d.numbers("weights", weights,
                  {.help = "wrong weights of the modes before the noise; empty: the true ones"});
    }
    void check(const std::string& place, Problems& problems) const {
        for (double w : weights) {
            if (!(w > 0) || !std::isfinite(w)) {
                problems.add(place + ".weights", Json(weights).dump() + " must be positive numbers");
                return;
            }
        }
    }
};

template <class Real>
class PerturbedExact final : public Model<Real> {
public:
    PerturbedExact(const PerturbedSettings& s, const ModelContext<Real>& context)
        : settings_(s), seed_(context.seed) {
        if (!context.mixture) {
            throw ConfigError("model.type", "\"perturbed_exact\" needs a target whose noised densities are "
                                            "known, a Gaussian mixture; use another model or target");
        }
        mixture_ = *context.mixture;
        if (!s.weights.empty() && static_cast<int>(s.weights.size()) != mixture_.size()) {
            throw ConfigError("model.weights",
                              "has " + std::to_string(s.weights.size()) + " values, but the target has " +
                                  std::to_string(mixture_.size()) + " components; give one weight each");
        }
    }
    int dim() const override { return mixture_.dim(); }

    std::shared_ptr<const Density<Real>> at(double sigma) const override {
        Mixture m = mixture_.noised(1, sigma);
        if (sigma < settings_.below_rho) {
            double total = 0;
            for (int c = 0; c < m.size(); ++c) {
                double& w = m.components[static_cast<std::size_t>(c)].weight;
                w = (settings_.weights.empty() ? w : settings_.weights[static_cast<std::size_t>(c)]) *
                    std::exp(settings_.logit_noise * noise(sigma, c));
                total += w;
            }
            for (Mixture::Component& c : m.components) {
                c.weight /= total;
            }
        }
        return make_mixture_density<Real>(m);
    }

private:
    /// A normal that depends on the seed, the noise level's bits and the component only.
    double noise(double sigma, int component) const {
        std::uint64_t h = std::bit_cast<std::uint64_t>(sigma) * 0x9E3779B97F4A7C15ULL;
        h = (h ^ (h >> 31)) * 0xBF58476D1CE4E5B9ULL;
        h ^= h >> 29;
        const StreamKey key{.seed = seed_,
                            .level = static_cast<std::uint32_t>(h & 0xFFFFFF),
                            .purpose = Purpose::diagnostic,
                            .step = static_cast<std::uint32_t>(h >> 32)};
        return Stream(key, static_cast<std::uint32_t>(component)).normal();
    }

    PerturbedSettings settings_;
    std::uint64_t seed_;
    Mixture mixture_;
};

}  // namespace

ModelEntry perturbed_exact_model() {
    return {
        make_entry<Model, ModelContext, PerturbedExact, PerturbedSettings>(
            "model", "perturbed_exact", "the exact mixture with wrong mode weights at low noise (teaching)"),
        [](const Json&) { return ModelInfo{.present = true, .trainable = false, .has_log_density = true}; }};
}

}  // namespace tempera
