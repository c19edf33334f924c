// SPDX-License-Identifier: MIT
#include "run/diagnostics/diagnostic.hpp"

#include <cmath>
#include <utility>

namespace tempera {

namespace {

/// Names and units as text, numbers as arrays, so that a restored record has the same bits.
void archive_record(StateArchive& archive, Record& record) {
    Json names = Json::array(), estimates = Json::array();
    std::vector<std::vector<double>> x, y, error;
    std::vector<double> exact, numbers;
    for (const Series& s : record.series) {
        names.push_back({{"name", s.name}, {"axis", s.axis}, {"unit", s.unit}});
        x.push_back(s.x), y.push_back(s.y), error.push_back(s.error);
        exact.push_back(s.exact.value_or(not_a_number));
    }
    for (const Estimate& e : record.estimates) {
        estimates.push_back({{"name", e.name}, {"unit", e.unit}, {"missing", e.error.missing}});
        numbers.insert(numbers.end(), {e.value, e.error.value, e.exact.value_or(not_a_number)});
    }
    std::string text = Json{{"series", names}, {"estimates", estimates}}.dump();
    archive("names", text);
    archive("x", x);
    archive("y", y);
    archive("error", error);
    archive("exact", exact);
    archive("numbers", numbers);
    if (!archive.restoring()) {
        return;
    }
    const Json known = Json::parse(text, nullptr, false);
    const auto is_list = [&](const char* key, std::size_t n) {
        return known.is_object() && known.contains(key) && known[key].is_array() && known[key].size() == n;
    };
    archive.check("names", is_list("series", x.size()) && y.size() == x.size() && error.size() == x.size() &&
                               exact.size() == x.size());
    archive.check("numbers", numbers.size() % 3 == 0 && is_list("estimates", numbers.size() / 3));
    const auto known_number = [](double v) { return std::isnan(v) ? std::nullopt : std::optional(v); };
    record = {};
    for (std::size_t i = 0; i < x.size(); ++i) {
        const Json& s = known["series"][i];
        archive.check("y",
                      y[i].size() == x[i].size() && (error[i].empty() || error[i].size() == x[i].size()));
        record.series.push_back({s.value("name", ""), s.value("axis", ""), s.value("unit", ""), x[i], y[i],
                                 error[i], known_number(exact[i])});
    }
    for (std::size_t i = 0; i < numbers.size() / 3; ++i) {
        const Json& e = known["estimates"][i];
        record.estimates.push_back({e.value("name", ""),
                                    e.value("unit", ""),
                                    numbers[3 * i],
                                    {numbers[3 * i + 1], e.value("missing", "")},
                                    known_number(numbers[3 * i + 2])});
    }
}

}  // namespace

template <class Real>
Diagnostics<Real>::Diagnostics(const Json& list, const DiagnosticContext<Real>& context) {
    for (const Json& settings : list) {
        const DiagnosticEntry& entry =
            find_entry(diagnostic_catalogue(), "run.record.diagnostics", settings.value("type", ""));
        parts_.push_back({entry.template make<Real>(settings, context), {}});
    }
}

template <class Real>
void Diagnostics<Real>::look(const AnnealedSampler<Real>& sampler, long at) {
    if (std::exchange(last_, at) == at) {
        return;
    }
    for (Part& part : parts_) {
        part.diagnostic->look(sampler, at, part.record);
    }
}

template <class Real>
void Diagnostics<Real>::report(Record& record) const {
    for (const Part& part : parts_) {
        record.estimates.insert(record.estimates.end(), part.record.estimates.begin(),
                                part.record.estimates.end());
        for (const Series& series : part.record.series) {
            record.add(series);
        }
    }
}

template <class Real>
std::vector<Estimate> Diagnostics<Real>::estimates() const {
    Record all;
    report(all);
    return std::move(all.estimates);
}

template <class Real>
void Diagnostics<Real>::archive(StateArchive& archive) {
    struct Told {
        Record* record;
        void archive(StateArchive& inner) { archive_record(inner, *record); }
    };
    archive("diagnostics.last", last_);
    for (std::size_t i = 0; i < parts_.size(); ++i) {
        Told told{&parts_[i].record};
        archive.part("diagnostic" + std::to_string(i), told);
    }
}

template class Diagnostics<float>;
template class Diagnostics<double>;

}  // namespace tempera
