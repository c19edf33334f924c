// SPDX-License-Identifier: MIT
#include <cstdio>

#include "run/preset.hpp"
#include "run/result.hpp"

namespace tempera {

namespace {

std::string number(const Json& value, const char* format = "%.4g") {
    if (!value.is_number()) {
        return value.is_null() ? "-" : value.is_string() ? value.get<std::string>() : value.dump();
    }
    if (value.is_number_integer()) {
        return value.dump();
    }
    char text[40];
    std::snprintf(text, sizeof text, format, value.get<double>());
    return text;
}

std::string list(const Json& values) {
    if (!values.is_array()) {
        return "-";
    }
    std::string out;
    for (std::size_t i = 0; i < values.size() && i < 8; ++i) {
        out += (i ? "  " : "") + number(values[i], "%.4f");
    }
    return out + (values.size() > 8 ? "  ... (" + std::to_string(values.size()) + " modes)" : "");
}

class Table {
public:
    void row(const std::string& name, const std::string& value) {
        text_ += "  " + name + std::string(name.size() < 22 ? 22 - name.size() : 1, ' ') + value + "\n";
    }
    std::string text_;
};

}  // namespace

std::string summary_table(const RunResult& result) {
    const Json& s = result.summary;
    const auto get = [&](const char* key) { return get_value(s, key); };
    // the mean with its spread over replicates
    const auto spread = [&](const std::string& key) {
        const Json sd = get_value(s, key + "_sd");
        return number(get_value(s, key)) + (sd.is_number() ? "   (sd over replicates " + number(sd) + ")" : "");
    };
    Table t;
    t.text_ = number(get("name")) + " (" + number(get("status")) + ")\n";
    t.row("target", number(get("target")) + ", dim " + number(get("dim")));
    t.row("path", number(get("path")) + ", " + number(get("n_levels")) + " levels");
    t.row("kernel, moves", number(get("kernel")) + ", " + number(get("moves")));
    const bool exchange = get("replica_exchange").is_object();
    t.row("sampler", number(get("sampler")) + ", " + number(get("n_particles")) + (exchange ? " ensembles" : " particles") +
                         (s.contains("replicates") ? ", " + std::to_string(s["replicates"].size()) + " replicates" : ""));
    if (!exchange) {
        t.row("ESS / N", spread("ess_fraction"));
        t.row("Var(log w)", spread("log_weight_variance"));
    }
    t.row("log Z", spread("log_z") + (get("log_z_stderr").is_number() ? " +- " + number(get("log_z_stderr"), "%.2g") : "") +
                       (get("log_z_true").is_number() ? "   (true " + number(get("log_z_true"), "%.6g") + ", error " + number(get("log_z_error"), "%+.4f") + ")" : ""));
    if (get("mode_weights.true").is_array() || get("mode_weights.weighted").is_array()) {
        t.row("mode weights true", list(get("mode_weights.true")));
        t.row("             sampled", list(get("mode_weights.sampled")));
        t.row("            weighted", list(get("mode_weights.weighted")));
        t.row("mode weight error", spread("mode_weight_mae"));
    }
    if (get("sliced_w2").is_number()) {
        t.row("sliced W2", spread("sliced_w2"));
    }
    if (exchange) {
        t.row("swap acceptance", "lowest " + number(get("replica_exchange.min_swap_acceptance")) + ", barrier " + number(get("replica_exchange.communication_barrier")));
        t.row("round trips per scan", number(get("replica_exchange.round_trips_per_scan")) + " (predicted " + number(get("replica_exchange.predicted_round_trips_per_scan")) + ")");
    } else {
        t.row("resamplings", number(get("n_resamplings")) + ", distinct ancestors " + number(get("unique_ancestor_fraction")));
    }
    if (get("acceptance").is_number()) {
        t.row("move acceptance", number(get("acceptance")));
    }
    t.row("time", number(get("seconds.total"), "%.2f") + " s (sampling " + number(get("seconds.sampling"), "%.2f") + " s, " + number(get("threads")) + " threads, " +
                      number(get("precision")) + ")");
    for (const Json& w : s["warnings"]) {
        t.row("! " + w["id"].get<std::string>(), w["text"].get<std::string>());
    }
    return t.text_;
}

}  // namespace tempera
