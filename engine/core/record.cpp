// SPDX-License-Identifier: MIT
#include "core/record.hpp"

#include <algorithm>
#include <cmath>

namespace tempera {

namespace {

template <class List>
auto* named(const List& list, std::string_view name) {
    const auto at = std::find_if(list.begin(), list.end(), [&](const auto& e) { return e.name == name; });
    return at == list.end() ? nullptr : &*at;
}

}  // namespace

bool Series::known() const {
    return std::any_of(y.begin(), y.end(), [](double v) { return !std::isnan(v); });
}

void Series::add(double at, double value, double standard_error) {
    if (!std::isnan(standard_error) || !error.empty()) {
        error.resize(y.size(), not_a_number);
        error.push_back(standard_error);
    }
    x.push_back(at);
    y.push_back(value);
}

const Estimate* Record::estimate(std::string_view name) const { return named(estimates, name); }

const Series* Record::find(std::string_view name) const { return named(series, name); }

void Record::add(Series added) {
    if (added.known()) {
        series.push_back(std::move(added));
    }
}

Series& Record::series_of(const std::string& name, const std::string& axis, const std::string& unit) {
    const auto at =
        std::find_if(series.begin(), series.end(), [&](const Series& s) { return s.name == name; });
    return at != series.end() ? *at : series.emplace_back(Series{name, axis, unit, {}, {}, {}, {}});
}

void Record::set(Estimate estimate) {
    const auto at = std::find_if(estimates.begin(), estimates.end(),
                                 [&](const Estimate& e) { return e.name == estimate.name; });
    if (at != estimates.end()) {
        *at = std::move(estimate);
    } else {
        estimates.push_back(std::move(estimate));
    }
}

std::vector<std::string> unique_names(std::vector<std::string> names) {
    for (std::size_t i = 0; i < names.size(); ++i) {
        const std::string name = names[i];
        for (int n = 2; std::find(names.begin(), names.begin() + static_cast<std::ptrdiff_t>(i), names[i]) !=
                        names.begin() + static_cast<std::ptrdiff_t>(i);
             ++n) {
            names[i] = name + "_" + std::to_string(n);
        }
    }
    return names;
}

}  // namespace tempera
