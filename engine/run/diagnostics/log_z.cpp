// SPDX-License-Identifier: MIT
#include "run/diagnostics/diagnostic.hpp"

namespace tempera {

namespace {

/// Of a run of many scans.
constexpr long most_points = 512;

struct LogZSettings {
    void describe(Describer&) {}
};

/// How the estimate of log Z came about: with its standard error, by level or by scan.
template <class Real>
class LogZ final : public Diagnostic<Real> {
public:
    LogZ(const LogZSettings&, const DiagnosticContext<Real>& context)
        : scans_(context.exchanges), exact_(context.path->target().log_z()) {}

    void look(const AnnealedSampler<Real>& sampler, long at, Record& record) override {
        const long stride = scans_ ? (sampler.progress_end() + most_points - 1) / most_points : 1;
        if (at % std::max(1L, stride) != 0 && !sampler.finished()) {
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
