// SPDX-License-Identifier: MIT
#include <cmath>

#include "run/diagnostics/diagnostic.hpp"
#include "run/diagnostics/few_points.hpp"
#include "run/diagnostics/observable_statistics.hpp"

namespace tempera {

namespace {

constexpr int most_particles = 1 << 14;  // looked at

struct ObservablesSettings {
    void describe(Describer&) {}
};

/// Weighted means of the target's observables over the particles of a level, or over the chains at the target
/// after a scan. Standard errors are those of the particles that are looked at; chains, whose points at one
/// time are independent, have the error of their mean.
template <class Real>
class Observables final : public Diagnostic<Real> {
public:
    Observables(const ObservablesSettings&, const DiagnosticContext<Real>& context)
        : path_(context.path), scans_(context.chains), observables_(path_->target().observables()) {}

    void look(const AnnealedSampler<Real>& sampler, long at, Record& record) override {
        const int level = scans_ ? 0 : static_cast<int>(at);
        const Population<Real> population = sampler.population(level);
        if (!is_kept(sampler, at, scans_) || !population.x) {
            return;
        }
        const std::vector<Distribution> found = look_at(population, level);
        for (std::size_t k = 0; k < found.size(); ++k) {
            Series& series =
                record.series_of(observables_[k].name, scans_ ? "scan" : "level", observables_[k].unit);
            series.add(static_cast<double>(at), found[k].mean, found[k].error.value);
            if (level == 0) {
                series.exact = observables_[k].exact;
            }
        }
    }

private:
    std::vector<Distribution> look_at(const Population<Real>& p, int level) const {
        const long n = p.x->size(), stride = std::max(1L, n / most_particles);
        std::vector<double> y, log_weight;
        std::vector<int> root;
        for (long i = 0; i < n; i += stride) {
            const int at = static_cast<int>(i);
            for (int d = 0; d < path_->dim(); ++d) {
                y.push_back(static_cast<double>((*p.x)(at, d)));
            }
            log_weight.push_back(p.log_weight ? (*p.log_weight)[at] : 0);
            root.push_back(p.root ? (*p.root)[static_cast<std::size_t>(i)] : at);
        }
        const std::vector<double> x = path_->to_target(level, std::move(y));
        return distributions(observe(path_->target(), x), {x, log_weight, &root, 0});
    }

    std::shared_ptr<const DensityPath<Real>> path_;
    bool scans_;
    std::vector<Observable> observables_;
};

}  // namespace

DiagnosticEntry observables_diagnostic() {
    return {make_entry<Diagnostic, DiagnosticContext, Observables, ObservablesSettings>(
        "run.record.diagnostics", "observables",
        "means of the target's observables with their standard errors, by level or of chains by scan (at "
        "most "
        "512 of them)")};
}

}  // namespace tempera
