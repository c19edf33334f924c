// SPDX-License-Identifier: MIT
// What can be wrong with a run or a training, from its numbers alone. One table of rules says what is judged
// and how; summaries, reports, the window and `tempera describe` speak from it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/number.hpp"
#include "core/settings.hpp"
#include "core/tally.hpp"

namespace tempera {

struct Record;
struct ExchangeStats;

/// What a training has come to.
struct TrainingNumbers {
    long step = 0;
    std::string failure;  ///< why it failed; empty: it did not
    /// Means of the total loss over an eighth of what was trained, half-way and at the end.
    double loss_before = not_a_number, loss_now = not_a_number;
    std::vector<std::string> losses;      ///< names
    std::vector<double> train, held_out;  ///< each loss on the points trained on and on points held out
};

/// Numbers that every summary and snapshot is judged by. NaN and empty where they are not known.
struct HealthNumbers {
    enum class Subject { run, densities, training };  ///< densities: those that a model has learned, alone
    Subject subject = Subject::run;
    bool exchange = false, learned = false;
    bool chains = false;         ///< points without weights, of replica exchange or mcmc
    bool sampling_done = false;  ///< the particles are those of the target
    bool edited = false;         ///< settings were changed on its way
    std::string failure;         ///< of another replicate; empty: none
    /// Of a run that was stopped: levels or scans done of all; -1: it was not.
    long stopped_at = -1, stopped_end = 0;
    int level = 0;  ///< of the weights
    /// Noise levels that a learned path uses, and those that its network was trained on; 0: not known.
    double used_noise_min = 0, used_noise_max = 0, trained_noise_min = 0, trained_noise_max = 0;
    // Annealed weights
    double n = 0, ess_fraction = 1, pareto_k = 0, unique_fraction = 1, n_resamplings = 0;
    Tally tally;
    double pilot_independence = not_a_number;  ///< of the particles that found the schedule (PilotReport)
    // Moves, over the levels that made some
    double acceptance = not_a_number;
    int levels_moved = 0, levels_frozen = 0, levels_idle = 0;  ///< acceptance as good as 0, as 1
    // Replica exchange
    bool after_burn_in = false;
    double measured_trips = 0, predicted_trips = 0;  ///< round trips per scan
    double round_trips = 0, counted_from = 0;        ///< over all ladders, since that scan
    double min_swap_acceptance = not_a_number;       ///< over the pairs that were offered swaps
    double communication_barrier = not_a_number, log_z_bar = not_a_number, log_z_bar_stderr = not_a_number;
    int pairs_not_offered = 0;
    int pair_apart = -1;  ///< k of two levels k, k + 1 that do not overlap
    // Estimates, and the truth where it is known
    double log_z = not_a_number, log_z_true = not_a_number, log_z_error = not_a_number,
           log_z_stderr = not_a_number;
    std::string log_z_stderr_missing;  ///< why there is no error
    std::vector<double> modes_found, modes_exact, modes_interval;
    // Learned densities: the worst total variation of their mode weights from the exact ones and where it is
    double learned_total_variation = not_a_number, roughness = not_a_number;
    std::string learned_worst_at;
    TrainingNumbers training;
};

/// bad: the rule is broken, and its warning is given where it has one.
enum class Mark { none, good, warning, bad };
const char* mark_name(Mark mark);

/// What one number says of a run or a training.
struct HealthRule {
    enum class Of { run, weighted, exchange, learned_path, learned_density, training };
    enum class Judged { always, when_sampled };
    enum class Row { always, when_known, when_broken, never };
    struct Saying {
        std::string text;
        std::optional<std::string> fix = {};  ///< none: the rule's own
    };
    using Number = double (*)(const HealthNumbers&);
    using Text = std::string (*)(const HealthNumbers&);

    std::string id;  ///< of its warning, too
    Of of = Of::run;
    std::string name = {};  ///< of its row
    Row row = Row::always;
    std::string key = {};  ///< of the number in summary.json (a training: in training.json); empty: not there
    Number shown = nullptr;
    int decimals = 3;
    Text note = nullptr;       ///< small print beside the number
    std::string measures;      ///< what is judged, and in which unit
    Number measure = nullptr;  ///< null: what is shown. NaN: it cannot be judged
    Judged judged = Judged::always;
    bool more_is_better = false;
    /// Good beyond `good`, broken beyond `warning`; NaN: never. A number on a threshold counts as above it.
    double good = not_a_number, warning = not_a_number;
    Number stricter = nullptr;    ///< takes the place of `warning` where its numbers ask for more
    std::string exceptions = {};  ///< to the thresholds, in words
    std::string meaning;
    std::string fix = {};                            ///< what to try; empty where there is nothing to mend
    Saying (*warn)(const HealthNumbers&) = nullptr;  ///< null: a mark without a warning
};

/// Every rule, in the order in which warnings are given.
const std::vector<HealthRule>& health_rules();
/// Throws std::out_of_range for an id that is none.
const HealthRule& health_rule(const std::string& id);
/// "from 0.3 on", "below 2 standard errors": where a rule finds its number good, and where it warns; empty
/// where it never does.
std::string good_range(const HealthRule& rule);
std::string warning_range(const HealthRule& rule);
/// Of which runs or trainings a rule speaks, and when, in words.
std::string scope_text(const HealthRule& rule);
/// Its "name" is the id, its "summary" what it measures.
Json rule_json(const HealthRule& rule);

struct HealthFinding {
    const HealthRule* rule = nullptr;
    bool has_row = false;
    std::string value, note;  ///< as the row shows them
    Mark mark = Mark::none;
    std::string text, fix;  ///< of the warning; empty unless it is given
};

/// Of every rule that applies, in the order of the rules.
std::vector<HealthFinding> health_findings(const HealthNumbers& numbers);

struct RunWarning {
    std::string id;  ///< of the rule that is broken
    std::string text;
    std::string fix;  ///< what to try; empty where there is nothing to mend
};

/// The findings that are broken and say so.
std::vector<RunWarning> warnings_of(const std::vector<HealthFinding>& findings);
std::vector<RunWarning> health_warnings(const HealthNumbers& numbers);
/// What a rule says where it is known from elsewhere to be broken.
RunWarning warning_of(const std::string& id, const HealthNumbers& numbers = {});
/// [{"id", "text"}], the remedy at the end of the text.
Json warnings_json(const std::vector<RunWarning>& warnings);

/// Adds a level's mean acceptance (NaN = no moves there).
void count_acceptance(HealthNumbers& numbers, double acceptance);
/// Sets the annealed weights' numbers. Where their tail has no mean (Pareto k of 1 and more) log Z has no
/// error that could be known.
void add_weights(HealthNumbers& numbers, double n, double ess_fraction, double pareto_k);
/// Sets what replica exchange adds.
void add_exchange(HealthNumbers& numbers, const ExchangeStats& stats);

/// Replicates whose spread tells the error of their mean well enough to judge by it.
inline constexpr std::size_t replicates_for_an_error = 8;
/// What a summary (one of summary.json or of its replicates) holds of these numbers.
HealthNumbers health_numbers(const Json& summary);
/// Adds what the series by level of such a run tell: where its moves are stuck.
void add_levels(HealthNumbers& numbers, const Record& record);
/// Findings of a stored run. The run itself has judged what its summary warns of, with numbers that are not
/// all stored: what it warned of is bad, and nothing else is. Several replicates have the mark of their
/// median, at least a warning where one is bad, and bad where their mean is.
std::vector<HealthFinding> stored_findings(const HealthNumbers& numbers, const Json& summary);

}  // namespace tempera
