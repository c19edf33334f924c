// SPDX-License-Identifier: MIT
#include "targets/expression/parser.hpp"

#include <algorithm>
#include <charconv>
#include <numbers>

#include "core/number_text.hpp"
#include "core/settings.hpp"
#include "core/text.hpp"

namespace tempera::formula {

namespace {

struct Function {
    const char* name;
    int n_arguments;
    int (*make)(Graph&, const std::vector<int>&);
};

template <Op op>
int one(Graph& graph, const std::vector<int>& a) {
    return graph.function(op, a[0]);
}

constexpr Function functions[] = {
    {"exp", 1, one<Op::exp>},
    {"log", 1, [](Graph& g, const std::vector<int>& a) { return g.log(a[0]); }},
    {"sqrt", 1, [](Graph& g, const std::vector<int>& a) { return g.power(a[0], 0.5); }},
    {"abs", 1, one<Op::abs>},
    {"sin", 1, one<Op::sin>},
    {"cos", 1, one<Op::cos>},
    {"tan", 1, one<Op::tan>},
    {"tanh", 1, one<Op::tanh>},
    {"min", 2, [](Graph& g, const std::vector<int>& a) { return g.min(a[0], a[1]); }},
    {"max", 2, [](Graph& g, const std::vector<int>& a) { return g.max(a[0], a[1]); }}};
constexpr std::pair<const char*, double> constants[] = {{"pi", std::numbers::pi}, {"e", std::numbers::e}};
/// What people write elsewhere, and what it is called here.
constexpr std::pair<const char*, const char*> other_names[] = {
    {"ln", "log"}, {"fabs", "abs"}, {"pow", "^"}, {"arctan", "tanh"}, {"x", "x1"}, {"y", "x2"}, {"z", "x3"}};

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

/// At most so much of a text as a message has room for.
std::string shown(std::string_view text) {
    constexpr std::size_t room = 40;
    return "\"" + printable(text.substr(0, room)) + (text.size() > room ? "..." : "") + "\"";
}

class Parser {
public:
    Parser(const std::string& text, int dim) : text_(text) { formula_.dim = dim; }

    Formula parse() {
        skip_spaces();
        if (at_end()) {
            fail(0, "the formula is empty; write one such as -0.5*x1^2");
        }
        if (text_.size() > most_characters) {
            fail(0, "the formula has " + grouped(static_cast<long>(text_.size())) +
                        " characters, and at most " + grouped(most_characters) +
                        " are read; shorten it, or bring the density along as a program");
        }
        formula_.root = sum();
        if (!at_end()) {
            fail_after_operand();
        }
        find_uses();
        return std::move(formula_);
    }

private:
    void find_uses() {
        formula_.uses.assign(static_cast<std::size_t>(formula_.dim), false);
        for (const int id : below(graph(), {formula_.root})) {
            if (const Node& node = graph()[id]; node.op == Op::variable) {
                formula_.uses[static_cast<std::size_t>(node.index)] = true;
            }
        }
    }

    int sum() {
        if (++depth_ > most_nested) {
            fail(place_, "more than " + std::to_string(most_nested) +
                             " parentheses, functions and exponents within each other; take some apart");
        }
        int left = product();
        while (here() == '+' || here() == '-') {
            const std::size_t at = place_;
            const bool minus = take() == '-';
            const int right = product();
            left = finite(at, minus ? graph().subtract(left, right) : graph().add(left, right));
        }
        --depth_;
        return left;
    }

    int product() {
        int left = signed_power();
        while (here() == '*' || here() == '/') {
            const std::size_t at = place_;
            const bool over = take() == '/';
            if (!over && here() == '*') {
                fail(at, "\"**\" is no operator; write ^ for a power");
            }
            const int right = signed_power();
            left = finite(at, over ? graph().divide(left, right) : graph().multiply(left, right));
        }
        return left;
    }

    int signed_power() {
        const bool minus = signs();
        const int value = power();
        return minus ? graph().negate(value) : value;
    }

    int power() {
        const int base = operand();
        if (here() != '^') {
            return base;
        }
        const std::size_t at = place_;
        take();
        if (++depth_ > most_nested) {
            fail(at, "more than " + std::to_string(most_nested) +
                         " exponents within each other; take some apart");
        }
        const int exponent = signed_power();
        --depth_;
        return finite(at, graph().raise(base, exponent));
    }

    int operand() {
        if (at_end()) {
            fail(text_.size(), "the formula ends where a number, a variable, a function or ( should follow");
        }
        const char c = here();
        if (is_digit(c) || (c == '.' && place_ + 1 < text_.size() && is_digit(text_[place_ + 1]))) {
            return number();
        }
        if (is_letter(c)) {
            return name();
        }
        const std::size_t at = place_;
        if (c != '(') {
            fail_at_symbol();
        }
        take();
        const int inner = sum();
        close(at);
        return inner;
    }

    int number() {
        const std::size_t at = place_;
        double value = 0;
        const char* const end = text_.data() + text_.size();
        const auto [next, error] = std::from_chars(text_.data() + at, end, value);
        place_ = static_cast<std::size_t>(next - text_.data());
        if (error != std::errc()) {
            fail(at, shown(since(at)) + " is no number of float64; use other units");
        }
        if (place_ < text_.size() && (is_letter(text_[place_]) || text_[place_] == '.')) {
            fail_after_operand();
        }
        skip_spaces();
        return graph().constant(value);
    }

    int name() {
        const std::size_t at = place_;
        while (place_ < text_.size() && (is_letter(text_[place_]) || is_digit(text_[place_]))) {
            ++place_;
        }
        const std::string word(since(at));
        skip_spaces();
        for (const Function& f : functions) {
            if (word == f.name) {
                return call(f, at);
            }
        }
        for (const auto& [known, value] : constants) {
            if (word == known) {
                return graph().constant(value);
            }
        }
        const int index = variable_index(word);
        if (index < 1 || index > formula_.dim) {
            fail_at_name(at, word, index);
        }
        return graph().variable(index - 1);
    }

    /// Of "x12"; 0 where the word is no variable.
    static int variable_index(const std::string& word) {
        const bool well_formed = word.size() > 1 && word.size() < 8 && word[0] == 'x' && word[1] != '0' &&
                                 std::all_of(word.begin() + 1, word.end(), is_digit);
        return well_formed ? std::stoi(word.substr(1)) : 0;
    }

    int call(const Function& f, std::size_t at) {
        const std::string usage = std::string(f.name) + (f.n_arguments == 1 ? "(...)" : "(..., ...)");
        if (here() != '(') {
            fail(at, shown(f.name) + " is a function; write " + usage);
        }
        const std::size_t open = place_;
        take();
        std::vector<int> arguments;
        if (here() != ')') {
            arguments.push_back(sum());
            while (here() == ',') {
                take();
                arguments.push_back(sum());
            }
        }
        close(open);
        const int given = static_cast<int>(arguments.size());
        if (given != f.n_arguments) {
            fail(at, shown(f.name) + " takes " + std::to_string(f.n_arguments) +
                         (f.n_arguments == 1 ? " argument, not " : " arguments, not ") +
                         std::to_string(given) + "; write " + usage);
        }
        return finite(at, f.make(graph(), arguments));
    }

    void close(std::size_t open) {
        if (at_end()) {
            fail(open, "\"(\" is never closed; add \")\"");
        }
        if (here() != ')') {
            fail_after_operand();
        }
        take();
    }

    /// Constant parts must be numbers.
    int finite(std::size_t at, int id) {
        if (!graph().is_finite(id)) {
            fail(at, "a constant part is infinite or no number here; change its numbers");
        }
        return id;
    }

    [[noreturn]] void fail(std::size_t at, const std::string& text) const {
        throw FormulaError(column_of_byte(text_, at), text);
    }

    [[noreturn]] void fail_at_name(std::size_t at, const std::string& word, int index) const {
        if (index > formula_.dim) {
            fail(at, shown(word) + " is beyond dim " + std::to_string(formula_.dim) +
                         (index <= largest_dim ? "; set dim to " + std::to_string(index) + " or more"
                                               : "; dim goes up to " + std::to_string(largest_dim)) +
                         ", or use " + variables());
        }
        std::vector<std::string> known;
        std::string list;
        for (const Function& f : functions) {
            known.push_back(f.name);
            list += (list.empty() ? "" : " ") + known.back();
        }
        known.insert(known.end(), {"pi", "e"});
        for (int i = 1; i <= formula_.dim; ++i) {
            known.push_back("x" + std::to_string(i));
        }
        std::string near = word.size() < 20 ? nearest_name(word, known) : "";
        for (const auto& [other, here] : other_names) {
            near = word == other ? here : near;
        }
        fail(at, shown(word) + " is not known" + (near.empty() ? "" : "; did you mean \"" + near + "\"?") +
                     " (functions " + list + "; constants pi e; variables " + variables() + ")");
    }
    std::string variables() const {
        return formula_.dim > 1 ? "x1 to x" + std::to_string(formula_.dim) : "x1";
    }

    /// Something other than an operator follows a whole operand.
    [[noreturn]] void fail_after_operand() const {
        const char c = text_[place_];
        if (c == ')') {
            fail(place_, "\")\" closes nothing; take it away, or add \"(\" before");
        }
        if (c == ',') {
            fail(place_, "\",\" parts the two arguments of min and max only; decimals have a point");
        }
        if (is_letter(c) || is_digit(c) || c == '(' || c == '.') {
            fail(place_, "an operator is missing before " + symbol() + "; write * for a product");
        }
        fail_at_symbol();
    }

    /// A character that stands where none of its kind may.
    [[noreturn]] void fail_at_symbol() const {
        const char c = text_[place_];
        if (c == '[' || c == '{' || c == ']' || c == '}') {
            fail(place_, symbol() + " is no parenthesis here; use ( and ), and x1 for the first variable");
        }
        const bool known = c == '*' || c == '/' || c == '^' || c == ')' || c == ',' || c == '+' || c == '-';
        fail(place_, symbol() + (known ? " stands where a number, a variable, a function or ( should follow"
                                       : " is no part of formulas; use + - * / ^ ( ) , numbers and names"));
    }

    /// The character here, whole.
    std::string symbol() const {
        std::size_t n = 1;
        while (place_ + n < text_.size() && n < 4 && (text_[place_ + n] & 0xC0) == 0x80) {
            ++n;
        }
        return shown(std::string_view(text_).substr(place_, n));
    }

    /// True for an odd number of minus signs.
    bool signs() {
        bool minus = false;
        while (here() == '-' || here() == '+') {
            minus ^= take() == '-';
        }
        return minus;
    }
    Graph& graph() { return formula_.graph; }
    std::string_view since(std::size_t at) const { return std::string_view(text_).substr(at, place_ - at); }
    bool at_end() const { return place_ >= text_.size(); }
    char here() const { return at_end() ? '\0' : text_[place_]; }
    char take() {
        const char c = text_[place_++];
        skip_spaces();
        return c;
    }
    void skip_spaces() {
        while (!at_end() && is_space(text_[place_])) {
            ++place_;
        }
    }

    const std::string& text_;
    std::size_t place_ = 0;
    int depth_ = 0;
    Formula formula_;
};

}  // namespace

Formula parse(const std::string& text, int dim) { return Parser(text, dim).parse(); }

}  // namespace tempera::formula
