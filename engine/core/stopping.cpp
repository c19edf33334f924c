// SPDX-License-Identifier: MIT
#include "core/stopping.hpp"

#include <utility>

namespace tempera {

namespace {

thread_local const std::stop_token* current_token = nullptr;

}  // namespace

StopScope::StopScope(const std::stop_token* token) : before_(std::exchange(current_token, token)) {}

StopScope::~StopScope() { current_token = before_; }

const std::stop_token* StopScope::current() { return current_token; }

void stop_point() {
    if (current_token && current_token->stop_requested()) {
        throw Stopped{};
    }
}

}  // namespace tempera
