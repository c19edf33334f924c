// SPDX-License-Identifier: MIT
#include "diagnostics/weights.hpp"

#include "run/diagnostics/diagnostic.hpp"

namespace tempera {

namespace {

struct WeightsSettings {
    void describe(Describer&) {}
};

/// Tail, spread and ancestors of the weights by level.
template <class Real>
class Weights final : public Diagnostic<Real> {
public:
    Weights(const WeightsSettings&, const DiagnosticContext<Real>&) {}

    void look(const AnnealedSampler<Real>& sampler, long at, Record& record) override {
        const Population<Real> population = sampler.population(static_cast<int>(at));
        if (!population.log_weight) {
            return;
        }
        const auto weights = population.log_weight->span();
        const double k = pareto_k(weights);
        record.series_of("pareto_k", "level").add(static_cast<double>(at), k);
        record.series_of("log_weight_variance", "level")
            .add(static_cast<double>(at), log_weight_moments(weights).variance);
        if (population.root) {
            record.series_of("unique_ancestor_fraction", "level")
                .add(static_cast<double>(at), unique_fraction(*population.root));
        }
        record.set({"pareto_k", "", k, StandardError::unknown("not estimated"), {}});
    }
};

}  // namespace

DiagnosticEntry weights_diagnostic() {
    return {make_entry<Diagnostic, DiagnosticContext, Weights, WeightsSettings>(
                "run.record.diagnostics", "weights",
                "by level, the tail index of the weights (Pareto k, Vehtari et al., JMLR 25, 2024), the "
                "variance of their logarithms and the share of distinct ancestors"),
            true};
}

}  // namespace tempera
