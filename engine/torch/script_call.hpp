// SPDX-License-Identifier: MIT
// What the program and its LibTorch module say to each other: plain types, float64, row-major.
#pragma once

#include <cstddef>

extern "C" {

/// What a script returns. Models are called with (y [n, dim], sigma [n]), log densities with (x [n, dim]).
enum tempera_script_output { script_score, script_energy, script_log_density };

/// One evaluation; null pointers are skipped.
struct tempera_script_call {
    void* script;
    tempera_script_output output;
    bool in_double;  ///< points as float64, else float32
    const double* points;
    long n;
    int dim;
    double sigma;         ///< of models
    const double* along;  ///< [n, dim], for `product`
    double* log_density;  ///< [n]; -energy, untouched where there are scores alone
    double* score;        ///< [n, dim]
    double* hessian;      ///< Jacobian of the score [n, dim, dim], symmetric unless the script returns scores
    double* product;      ///< Hessian times `along` [n, dim]; not of scores
};

/// Null, and a message, when the file is none.
void* tempera_torchscript_load(const char* file, char* error, std::size_t error_size);
void tempera_torchscript_free(void* script);
/// Are its parameters (or, where it has none, its other tensors) float64? True without any.
bool tempera_torchscript_is_double(void* script);
/// 0, or 1 with a message.
int tempera_torchscript_evaluate(const tempera_script_call* call, char* error, std::size_t error_size);
}
