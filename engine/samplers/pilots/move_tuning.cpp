// SPDX-License-Identifier: MIT
#include "samplers/pilots/move_tuning.hpp"

#include <cmath>

#include "samplers/annealed/resampling.hpp"
#include "samplers/annealed/weighted_population.hpp"
#include "samplers/pilots/pilot.hpp"
#include "samplers/step_adaptation.hpp"

namespace tempera {

namespace {

constexpr int tuning_steps = 12;  // per level; the next level starts from this one's factor
/// Gains first_gain / (1 + step / 2) of stochastic approximation (Robbins and Monro, Ann. Math. Stat. 22,
/// 1951): the first changes the step by about a factor of e where nothing is accepted.
constexpr double first_gain = 2, gain_decay = 0.5;

template <class Real>
class PilotPopulation final : public WeightedPopulation<Real> {
public:
    using WeightedPopulation<Real>::WeightedPopulation;
    StandardError log_z_error() const override { return StandardError::unknown("a pilot"); }
    void update_settings(const Json&) override {}

protected:
    std::vector<int> ancestors(const WeightSum& sum, const StreamKey& key) override {
        return sum.ess() < 0.5 * this->size()  // the usual half
                   ? resample(Resampling::systematic, this->log_weight().span(), key)
                   : std::vector<int>{};
    }
};

}  // namespace

template <class Real>
std::vector<double> tune_moves(const SamplerContext<Real>& context, const std::function<void()>& check_stop,
                               int n_particles) {
    std::vector<double> factors(static_cast<std::size_t>(context.path->n_levels()) + 1, 1.0);
    if (!context.move->adapt() || context.move->n_steps() == 0) {
        return factors;
    }
    SamplerContext<Real> pilot = context;
    pilot.key = pilot_key(context.key, 0);
    pilot.record_genealogy = false;
    pilot.move_factor.clear();
    PilotPopulation<Real> population(pilot, n_particles);
    population.start();
    double log_factor = 0;
    while (population.current_level() > 0) {
        if (check_stop) {
            check_stop();
        }
        population.transition();
        double sum = 0;
        for (int step = 0; step < tuning_steps; ++step) {
            const double acceptance = population.explore(std::exp(log_factor));
            log_factor += step_change(acceptance, context.move->target_acceptance(),
                                      first_gain / (1.0 + gain_decay * step), n_particles);
            log_factor = clamp_step(log_factor, context.move->step_size());
            // the second half is averaged (Polyak and Juditsky, SIAM J. Control Optim. 30, 1992)
            sum += step >= tuning_steps / 2 ? log_factor : 0.0;
        }
        log_factor = sum / (tuning_steps - tuning_steps / 2);
        factors[static_cast<std::size_t>(population.current_level())] = std::exp(log_factor);
    }
    return factors;
}

template std::vector<double> tune_moves<float>(const SamplerContext<float>&, const std::function<void()>&,
                                               int);
template std::vector<double> tune_moves<double>(const SamplerContext<double>&, const std::function<void()>&,
                                                int);

}  // namespace tempera
