// SPDX-License-Identifier: MIT
// Diagnostics of a run: what looks at its particles level by level (or scan by scan) and reports series and
// estimates by name. Tables, summary, report and window show what there is, so that a diagnostic is one file
// and one line in catalogue.cpp (docs/add_a_diagnostic.md). What it computes stands in engine/diagnostics.
#pragma once

#include "core/catalogue.hpp"
#include "core/record.hpp"
#include "core/state_archive.hpp"
#include "samplers/annealed_sampler.hpp"

namespace tempera {

/// What a diagnostic may know of the run it looks at.
template <class Real>
struct DiagnosticContext {
    std::shared_ptr<const DensityPath<Real>> path;
    bool chains = false;  ///< of points without weights: looked at after scans, not levels
};

template <class Real>
class Diagnostic {
public:
    virtual ~Diagnostic() = default;
    /// Adds what `sampler` shows now to `record`, which holds what this diagnostic added before. Called
    /// between two moves on one thread: at the start and after every level that the run records, or after a
    /// scan; `at` is that level or number of scans. Only reads: a run has the same bits with and without it.
    virtual void look(const AnnealedSampler<Real>& sampler, long at, Record& record) = 0;
};

struct DiagnosticEntry : Entry<Diagnostic, DiagnosticContext> {
    bool needs_weights = false;  ///< says nothing of samplers whose particles have none
};
/// weights, log_z, observables.
const std::vector<DiagnosticEntry>& diagnostic_catalogue();
const std::vector<SettingsType>& diagnostic_types();

/// The diagnostics of a preset's run.record.diagnostics and what they have told.
template <class Real>
class Diagnostics {
public:
    Diagnostics(const Json& list, const DiagnosticContext<Real>& context);

    /// Once for each `at`.
    void look(const AnnealedSampler<Real>& sampler, long at);
    /// Appends everything told so far.
    void report(Record& record) const;
    std::vector<Estimate> estimates() const;
    void archive(StateArchive& archive);

private:
    struct Part {
        std::shared_ptr<Diagnostic<Real>> diagnostic;
        Record record;
    };
    std::vector<Part> parts_;
    long last_ = -1;  ///< looked at
};

}  // namespace tempera
