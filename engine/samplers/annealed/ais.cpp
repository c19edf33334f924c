// SPDX-License-Identifier: MIT
// Annealed importance sampling (Neal, Statistics and Computing 11, 2001): the weights add up the works of all
// levels.
#include <algorithm>

#include "samplers/annealed/weighted_population.hpp"

namespace tempera {

namespace {

struct AisSettings {
    int n_particles = 4096;

    void describe(Describer& d) {
        d.integer("n_particles", n_particles,
                  {.min = 1,
                   .max = 16'000'000,
                   .log_scale = true,
                   .help = "Independent particles, each with its own weight."});
    }
};

template <class Real>
class Ais final : public WeightedPopulation<Real> {
public:
    Ais(const AisSettings& settings, const SamplerContext<Real>& context)
        : WeightedPopulation<Real>(context, settings.n_particles) {}

    /// Delta method for a mean of independent weights.
    StandardError log_z_error() const override {
        return this->error_of_log_z(std::max(1.0 / this->weight_sum().ess() - 1.0 / this->size(), 0.0));
    }

    void update_settings(const Json& settings) override {
        Problems problems;
        const AisSettings s = read_settings<AisSettings>(settings, "sampler", problems);
        if (s.n_particles != this->size()) {
            problems.add("sampler.n_particles", "cannot change during a run; restart to apply it");
        }
        problems.throw_if_any();
    }
};

}  // namespace

SamplerEntry ais_sampler() {
    return {make_entry<AnnealedSampler, SamplerContext, Ais, AisSettings>(
                "sampler", "ais",
                "Annealed importance sampling: independent particles whose weights add up the work of every "
                "level."),
            [](const Json&) { return SamplerInfo{}; }};
}

}  // namespace tempera
