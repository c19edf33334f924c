// SPDX-License-Identifier: MIT
#include "run/record/samples.hpp"

#include "core/csv.hpp"

namespace tempera {

namespace {

std::vector<std::int32_t> as_int32(const std::vector<int>& v) { return {v.begin(), v.end()}; }

}  // namespace

std::string samples_table(const RunResult& r) {
    std::string out;
    const std::size_t dim = static_cast<std::size_t>(r.dim), n = r.first.log_weight.size();
    for (std::size_t i = 0; i < dim; ++i) {
        out += "x" + std::to_string(i) + ",";
    }
    out += "log_weight,mode,ancestor\n";
    for (std::size_t j = 0; j < n; ++j) {
        for (std::size_t i = 0; i < dim; ++i) {
            out += csv_number(r.first.x[j * dim + i], false) + ",";
        }
        out += csv_number(r.first.log_weight[j], false) + "," + std::to_string(r.first.mode[j]) + "," +
               std::to_string(r.first.ancestor[j]) + "\n";
    }
    return out;
}

Npz sample_arrays(const RunResult& r) {
    const std::size_t n = r.first.log_weight.size();
    Npz out;
    out["x"] = NpyArray::of(r.first.x, {n, static_cast<std::size_t>(r.dim)});
    out["log_weight"] = NpyArray::of(r.first.log_weight, {n});
    out["mode"] = NpyArray::of(as_int32(r.first.mode), {n});
    out["ancestor"] = NpyArray::of(as_int32(r.first.ancestor), {n});
    return out;
}

}  // namespace tempera
