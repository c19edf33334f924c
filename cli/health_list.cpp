// SPDX-License-Identifier: MIT
#include "cli/health_list.hpp"

#include <iostream>

#include "run/record/health.hpp"

namespace tempera::cli {

void print_entry(const std::string& name, const std::string& summary) {
    std::cout << "  " << name << std::string(name.size() < 24 ? 24 - name.size() : 1, ' ') << summary << "\n";
}

namespace {

void print_rule(const HealthRule& rule) {
    const auto line = [](const char* what, const std::string& text) {
        if (!text.empty()) {
            std::cout << "  " << what << std::string(10 - std::string(what).size(), ' ') << text << "\n";
        }
    };
    std::cout << health_family << ": " << rule.id << (rule.name.empty() ? "" : " (" + rule.name + ")") << "\n";
    line("measures", rule.measures);
    line("of", scope_text(rule));
    line("key", rule.key);
    line("good", good_range(rule));
    line(rule.warn ? "warns" : "bad", warning_range(rule));
    line("except", rule.exceptions);
    line("means", rule.meaning);
    line("fix", rule.fix);
    std::cout << "\n";
}

}  // namespace

void list_health(bool json, Json& out) {
    if (!json) {
        std::cout << health_family << "\n";
    }
    for (const HealthRule& rule : health_rules()) {
        Json entry = rule_json(rule);
        entry["fields"] = Json::array();
        out[health_family].push_back(std::move(entry));
        if (!json) {
            print_entry(rule.id, rule.measures);
        }
    }
}

bool describe_rule(const std::string& name, bool json, Json& out) {
    for (const HealthRule& rule : health_rules()) {
        if (name != rule.id && name != std::string(health_family) + "." + rule.id) {
            continue;
        }
        Json entry = rule_json(rule);
        entry["section"] = health_family;
        entry["type"] = rule.id;
        entry["fields"] = Json::array();
        out.push_back(std::move(entry));
        if (!json) {
            print_rule(rule);
        }
        return true;
    }
    return false;
}

}  // namespace tempera::cli
