// SPDX-License-Identifier: MIT
#include "bench/bench.hpp"

#include <cstdio>
#include <sstream>

#include "bench/measure.hpp"
#include "core/npy.hpp"
#include "core/parallel.hpp"
#include "core/settings.hpp"

namespace tempera {

namespace bench {

namespace {

/// "1.23 G" and the like.
std::string scaled(double value, const char* unit) {
    static constexpr std::pair<double, const char*> prefixes[] = {{1e12, "T"}, {1e9, "G"},  {1e6, "M"},
                                                                  {1e3, "k"},  {1, ""},     {1e-3, "m"},
                                                                  {1e-6, "u"}, {1e-9, "n"}, {1e-12, "p"}};
    char text[64];
    for (const auto& [factor, prefix] : prefixes) {
        if (value >= factor) {
            std::snprintf(text, sizeof text, "%.3g %s%s", value / factor, prefix, unit);
            return text;
        }
    }
    std::snprintf(text, sizeof text, "%.3g %s", value, unit);
    return text;
}

Json to_json(const Row& row) {
    Json out = {{"name", row.name}, {"seconds", row.seconds}, {"rate", row.rate}, {"unit", row.unit}};
    if (std::isfinite(row.fraction)) {
        out[row.of_bound ? "fraction_of_bound" : "fraction_of_peak"] = row.fraction;
    }
    if (std::isfinite(row.ratio_to_torch)) {
        out["ratio_to_torch"] = row.ratio_to_torch;
        out["torch_seconds"] = row.torch_seconds;
        out["torch_way"] = row.torch_way;
        out["ratio_to_autograd"] = row.ratio_to_autograd;
    }
    out["note"] = row.note;
    return out;
}

}  // namespace

Report::Report(const std::string& filter) {
    std::istringstream in(filter);
    for (std::string part; std::getline(in, part, ',');) {
        if (!part.empty()) {
            filters_.push_back(part);
        }
    }
}

bool Report::wants(const std::string& name) const {
    return filters_.empty() || std::any_of(filters_.begin(), filters_.end(), [&](const std::string& f) {
               return name.find(f) != std::string::npos;
           });
}

void Report::add(const Row& row) {
    char fraction[32] = "";
    if (std::isfinite(row.fraction)) {
        std::snprintf(fraction, sizeof fraction, "%5.1f %% of %s", 100 * row.fraction,
                      row.of_bound ? "bound" : "peak");
    }
    char torch[160] = "";
    if (std::isfinite(row.ratio_to_torch)) {
        std::snprintf(torch, sizeof torch, "; %.2f x LibTorch (%s), %.2f x its automatic differentiation",
                      row.ratio_to_torch, row.torch_way.c_str(), row.ratio_to_autograd);
    }
    std::printf("%-32s %10s  %19s  %-17s  %s%s\n", row.name.c_str(), scaled(row.seconds, "s").c_str(),
                scaled(row.rate, row.unit.c_str()).c_str(), fraction, row.note.c_str(), torch);
    std::fflush(stdout);
    rows_.push_back(row);
}

}  // namespace bench

int tempera_bench(const std::string& filter, const std::string& json_file) {
    const int threads = thread_count();
    set_thread_count(1);
    bench::Report report(filter);
    const bench::Peaks peaks = bench::measure_peaks(report);
    bench::measure_kernels(report, peaks);
    bench::measure_targets(report, peaks);
    bench::measure_networks(report, peaks);
    bench::measure_end_to_end(report);
    set_thread_count(threads);

    if (!json_file.empty()) {
        Json out = Json::array();
        for (const bench::Row& row : report.rows()) {
            out.push_back(bench::to_json(row));
        }
        write_file_atomically(json_file, out.dump(2) + "\n");
    }
    const bool found = std::any_of(report.rows().begin(), report.rows().end(),
                                   [&](const bench::Row& row) { return report.wants(row.name); });
    if (!found) {
        std::fprintf(stderr,
                     "No benchmark has a name that contains \"%s\"; `tempera bench` lists them all.\n",
                     filter.c_str());
    }
    return found ? 0 : 2;
}

}  // namespace tempera
