// SPDX-License-Identifier: MIT
// Sequential Monte Carlo samplers (Del Moral, Doucet, Jasra, JRSS B 68, 2006): annealed importance sampling
// whose population is resampled when its effective size falls below a threshold.
#include "samplers/annealed/lineages.hpp"
#include "samplers/annealed/resampling.hpp"
#include "samplers/annealed/weighted_population.hpp"

namespace tempera {

namespace {

struct SmcSettings {
    int n_particles = 4096;
    std::string resampling = "systematic";
    double ess_threshold = 0.5;

    void describe(Describer& d) {
        d.integer("n_particles", n_particles,
                  {.min = 1, .max = 16'000'000, .log_scale = true, .help = "Particles of the population."});
        d.choice(
            "resampling", resampling, resampling_names(),
            {.change = Change::warm,
             .help =
                 "How offspring are drawn; all schemes are unbiased, systematic varies least as a rule."});
        d.number("ess_threshold", ess_threshold,
                 {.min = 0,
                  .max = 1,
                  .change = Change::hot,
                  .help = "Resample when ESS/N falls below this; 1 = at every level, 0 = never. Level 0 is "
                          "never resampled."});
    }
};

template <class Real>
class Smc final : public WeightedPopulation<Real> {
public:
    Smc(const SmcSettings& settings, const SamplerContext<Real>& context)
        : WeightedPopulation<Real>(context, settings.n_particles), lineages_(settings.n_particles) {
        apply(settings);
    }

    StandardError log_z_error() const override {
        return this->error_of_log_z(
            lineages_.variance(this->log_weight().span(), this->weight_sum().log_sum()));
    }

    void update_settings(const Json& settings) override {
        Problems problems;
        const SmcSettings s = read_settings<SmcSettings>(settings, "sampler", problems);
        if (s.n_particles != this->size()) {
            problems.add("sampler.n_particles", "cannot change during a run; restart to apply it");
        }
        problems.throw_if_any();
        apply(s);
    }

    void archive(StateArchive& archive) override {
        WeightedPopulation<Real>::archive(archive);
        lineages_.archive(archive);
    }

protected:
    std::vector<int> ancestors(const WeightSum& sum, const StreamKey& key) override {
        if (threshold_ < 1 && !(sum.ess() < threshold_ * this->size())) {
            return {};
        }
        std::vector<int> from = resample(scheme_, this->log_weight().span(), key);
        lineages_.resample(this->log_weight().span(), sum.log_sum(), from);
        return from;
    }

private:
    void apply(const SmcSettings& s) {
        if (s.ess_threshold > 0 && !this->path().has_level_densities()) {
            throw ConfigError(
                "sampler.ess_threshold",
                "resampling between the ends needs log densities, and this path has only scores "
                "there; use 0, sampler ais, or a model with an energy");
        }
        scheme_ = resampling_from_name(s.resampling);
        threshold_ = s.ess_threshold;
    }

    Resampling scheme_ = Resampling::systematic;
    double threshold_ = 0.5;
    Lineages lineages_;
};

}  // namespace

SamplerEntry smc_sampler() {
    return {make_entry<AnnealedSampler, SamplerContext, Smc, SmcSettings>(
                "sampler", "smc",
                "Sequential Monte Carlo: annealed importance sampling with resampling when weights become "
                "uneven."),
            [](const Json& s) {  // resampling needs the weights of every level
                const auto at = s.find("ess_threshold");
                const double below =
                    at != s.end() && at->is_number() ? at->get<double>() : SmcSettings{}.ess_threshold;
                return SamplerInfo{.needs_level_densities = below > 0, .resamples_below = below};
            }};
}

}  // namespace tempera
