// SPDX-License-Identifier: MIT
// The keys of summary.json in one table: what a key holds, what several replicates make of it, how tables and
// reports show it, and what it means. Means over replicates, --assert, the columns of sweeps and comparisons,
// the report's rows and docs/summary.md come from here.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/json.hpp"

namespace tempera {

struct SummaryKey {
    enum class Kind {
        group,  ///< an object with keys of its own
        text,
        count,  ///< a whole number
        number,
        texts,    ///< a list of texts
        numbers,  ///< a list of numbers
        table,    ///< a list of such lists
        objects   ///< a list of objects
    };
    /// What stands at the top of the summary of several replicates.
    enum class Over {
        same,           ///< what replicate 0 has
        mean,           ///< the mean of those that have a value; its standard deviation beside it as NAME_sd
        error_of_mean,  ///< the spread of the key `of` over the square root of the replicates that have it
        reason,         ///< null where that error is known, else the first replicate's that has one
        whole           ///< something of its own, of the run as a whole
    };
    const char* name;  ///< dotted; a part "*" stands for any name or index
    Kind kind = Kind::number;
    Over over = Over::same;
    const char* of = nullptr;               ///< the key whose error this is (or would be), in the same group
    const char* title = "";                 ///< in reports; "" where they do not show it
    const char* heading = "";               ///< of a column; "" where no table has one
    int decimals = 3;                       ///< in reports
    bool log = false;                       ///< axes are logarithmic
    bool magnitude = false;                 ///< sweeps average the absolute value
    int in_sweeps = 0, in_comparisons = 0;  ///< place of its column among theirs, from 1; 0: it has none
    const char* unit = "";
    const char* help = "";  ///< definition, with its source where it has one
};

/// In the order of summary.json. Any value may be null: it makes no sense for the run, or is not known.
const std::vector<SummaryKey>& summary_keys();

/// The line of the table that a name falls under.
struct FoundKey {
    const SummaryKey* key = nullptr;  ///< null: none
    int depth = 0;                    ///< entries of a list that are taken: 1 for "mode_weights.weighted[0]"
    bool open =
        false;  ///< a name of the run's own stands for a "*": only its summary knows whether it exists

    bool is_number() const;  ///< the value is a single number
    bool is_text() const;
};
/// "log_z", "mode_weights.weighted[0]", "replicates[3].log_z"; NAME_sd is found as NAME where replicates give
/// it.
FoundKey find_summary_key(std::string_view name);
/// A key that the table has under this very name; throws std::out_of_range where it has none.
const SummaryKey& summary_key(std::string_view name);
/// A column of a table of summaries.
struct SummaryColumn {
    std::string name;     ///< of the key, without "*"
    std::string heading;  ///< of the line, or the run's own name with its unit
    const SummaryKey* key;
};
/// The columns of &SummaryKey::in_sweeps or in_comparisons, in their order. A line with a "*" gives one for
/// every name that any of the summaries has.
std::vector<SummaryColumn> summary_columns(int SummaryKey::* place,
                                           const std::vector<const Json*>& summaries);

const char* kind_text(SummaryKey::Kind kind);  ///< "whole number"
const char* over_text(SummaryKey::Over over);  ///< "mean and NAME_sd"

}  // namespace tempera
