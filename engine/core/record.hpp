// SPDX-License-Identifier: MIT
// What a computation tells of itself: numbers and series by name. Whoever shows or writes them reads what
// there is, so that a new one needs no place in any struct, file or view.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/number.hpp"
#include "core/standard_error.hpp"

namespace tempera {

/// One number, with what is known of its error and its truth.
struct Estimate {
    std::string name;  ///< in the field's standard terms: "log_z"
    std::string unit;  ///< empty: none
    double value = not_a_number;
    StandardError error = StandardError::unknown("");
    std::optional<double> exact;
};

/// Values y over an axis x: levels, scans, steps, noise levels. NaN where a value is not known.
struct Series {
    std::string name, axis, unit;
    std::vector<double> x, y;
    std::vector<double> error;    ///< standard errors of y; empty where they are not known
    std::optional<double> exact;  ///< of every y

    bool known() const;  ///< at least one value is
    /// Appends a point; its error may be NaN.
    void add(double at, double value, double standard_error = not_a_number);
};

struct Record {
    std::vector<Estimate> estimates;
    std::vector<Series> series;

    /// Null where there is none of that name.
    const Estimate* estimate(std::string_view name) const;
    const Series* find(std::string_view name) const;
    /// Keeps a series in which something is known.
    void add(Series series);
    /// The series of that name, made where there is none.
    Series& series_of(const std::string& name, const std::string& axis, const std::string& unit = {});
    /// Takes the place of the estimate of that name, or the next one.
    void set(Estimate estimate);
};

/// The names, those that stand again with a number: dsm, dsm_2.
std::vector<std::string> unique_names(std::vector<std::string> names);

}  // namespace tempera
