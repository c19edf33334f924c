// SPDX-License-Identifier: MIT
#include "run/diagnostics/diagnostic.hpp"
#include "run/diagnostics/few_points.hpp"

namespace tempera {

namespace {

struct LogZSettings {
    void describe(Describer&) {}
};

/// How the estimate of log Z came about: with its standard error, by level or by scan.
template <class Real>
class LogZ final : public Diagnostic<Real> {
public:
    LogZ(const LogZSettings&, const DiagnosticContext<Real>& context)
        : scans_(context.chains), exact_(context.path->target().log_z()) {}

    void look(const AnnealedSampler<Real>& sampler, long at, Record& record) override {
        if (!is_kept(sampler, at, scans_)) {
            return;
        }
        Series& series = record.series_of("log_z", scans_ ? "scan" : "level");
        series.add(static_cast<double>(at), sampler.log_z(), sampler.log_z_error().value);
        if (scans_ || at == 0) {
            series.exact = exact_;  // on the way down the truth of the target says nothing
        }
    }

private:
    bool scans_;
    std::optional<double> exact_;
};

}  // namespace

DiagnosticEntry log_z_diagnostic() {
    return {make_entry<Diagnostic, DiagnosticContext, LogZ, LogZSettings>(
        "run.record.diagnostics", "log_z",
        "log Z with its standard error by level, of replica exchange by scan (at most 512 of them)")};
}

}  // namespace tempera
