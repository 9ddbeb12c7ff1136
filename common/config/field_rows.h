// config/field_rows.h — how the rows of field tables are made: each function names a key and the
// member it fills, and what may be written follows from the member's type.
#pragma once

#include "common/base/clock.h"
#include "common/config/fields.h"

#include <array>
#include <concepts>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace openclaw::config {

namespace detail {

template <class M>
struct MemberOf;

template <class S, class V>
struct MemberOf<V S::*> {
    using Struct = S;
    using Value = V;
};

template <class V>
struct Bare {
    using type = V;
};

template <class V>
struct Bare<std::optional<V>> {
    using type = V;
};

template <auto member>
using StructOf = typename MemberOf<decltype(member)>::Struct;
template <auto member>
using ValueOf = typename Bare<typename MemberOf<decltype(member)>::Value>::type;

template <class V>
consteval Type type_for() {
    if constexpr (std::same_as<V, bool>)
        return Type::boolean;
    else if constexpr (std::integral<V>)
        return Type::integer;
    else if constexpr (std::floating_point<V>)
        return Type::number;
    else if constexpr (std::is_enum_v<V>)
        return Type::word;
    else if constexpr (std::same_as<V, Milliseconds>)
        return Type::duration;
    else if constexpr (std::same_as<V, Secret>)
        return Type::secret;
    else if constexpr (std::same_as<V, std::vector<std::string>>)
        return Type::ids;
    else
        return Type::text;
}

template <class V>
V value_from(const Node& node, std::size_t word) {
    if constexpr (std::same_as<V, bool>)
        return node.boolean;
    else if constexpr (std::integral<V>)
        return static_cast<V>(node.integer);
    else if constexpr (std::floating_point<V>)
        return static_cast<V>(node.number);
    else if constexpr (std::is_enum_v<V>)
        return static_cast<V>(word);
    else if constexpr (std::same_as<V, Milliseconds>)
        return Milliseconds(node.integer);
    else if constexpr (std::same_as<V, std::vector<std::string>>)
        return id_list(node);
    else
        return node.text;
}

template <auto member>
void store(void* target, const Node& node, std::size_t word) {
    static_cast<StructOf<member>*>(target)->*member = value_from<ValueOf<member>>(node, word);
}

template <auto member>
void store_secret(void* target, Secret secret) {
    static_cast<StructOf<member>*>(target)->*member = std::move(secret);
}

template <class V>
void store_whole(void* target, const Node& node, std::size_t word) {
    *static_cast<V*>(target) = value_from<V>(node, word);
}

template <class C>
C& present(C& container) {
    return container;
}

template <class C>
C& present(std::optional<C>& container) {
    return container ? *container : container.emplace();
}

template <auto member>
void* enter_map(void* target, std::string_view key) {
    return &present(static_cast<StructOf<member>*>(target)->*member)[std::string(key)];
}

template <auto member>
void* enter_list(void* target, std::string_view) {
    return &(static_cast<StructOf<member>*>(target)->*member).emplace_back();
}

template <auto member>
void* enter_member(void* target, std::string_view) {
    return &(static_cast<StructOf<member>*>(target)->*member);
}

} // namespace detail

// A key that fills a member; what may be written follows from the member's type. For an enum
// `words` are the words for its values, in their order.
template <auto member>
constexpr Field set(std::string_view name, Reload reload,
                    std::span<const std::string_view> words = {}) {
    Field field{.name = name,
                .type = detail::type_for<detail::ValueOf<member>>(),
                .use = Use::active,
                .reload = reload,
                .words = words};
    if constexpr (std::same_as<detail::ValueOf<member>, Secret>)
        field.store_secret = detail::store_secret<member>;
    else
        field.store = detail::store<member>;
    return field;
}

// The same for a member of a member: the file is flatter than the structs.
template <auto outer, auto inner>
constexpr Field set_in(std::string_view name, Reload reload,
                       std::span<const std::string_view> words = {}) {
    Field field = set<inner>(name, reload, words);
    field.store = [](void* target, const Node& node, std::size_t word) {
        detail::store<inner>(detail::enter_member<outer>(target, ""), node, word);
    };
    return field;
}

// A text that must be one of `words` and is kept as text.
template <auto member>
constexpr Field set_word(std::string_view name, Reload reload,
                         std::span<const std::string_view> words) {
    Field field = set<member>(name, reload, words);
    field.type = Type::word;
    return field;
}

// An object that fills a member struct.
template <auto member>
constexpr Field part(std::string_view name, const Section& section,
                     Reload reload = Reload::restart) {
    return {.name = name,
            .type = Type::section,
            .use = Use::active,
            .reload = reload,
            .section = &section,
            .enter = detail::enter_member<member>};
}

// An object whose keys fill the same struct as its neighbours. `reload`: of what an open section
// holds besides its rows.
constexpr Field group(std::string_view name, const Section& section,
                      Reload reload = Reload::restart) {
    return {.name = name,
            .type = Type::section,
            .use = Use::active,
            .reload = reload,
            .section = &section};
}

// An object with keys of the operator's choosing; each entry fills a struct, or, with a
// plain_entry, a value.
template <auto member>
constexpr Field map_of(std::string_view name, Reload reload, const Section& section) {
    return {.name = name,
            .type = Type::map,
            .use = Use::active,
            .reload = reload,
            .section = &section,
            .enter = detail::enter_map<member>};
}

template <auto member>
constexpr Field map_of(std::string_view name, Reload reload, const Field& each) {
    return {.name = name,
            .type = Type::map,
            .use = Use::active,
            .reload = reload,
            .each = &each,
            .enter = detail::enter_map<member>};
}

template <auto outer, auto inner>
constexpr Field map_in(std::string_view name, Reload reload, const Section& section) {
    Field field = map_of<inner>(name, reload, section);
    field.enter = [](void* target, std::string_view key) {
        return detail::enter_map<inner>(detail::enter_member<outer>(target, ""), key);
    };
    return field;
}

template <class V>
constexpr Field plain_entry(std::span<const std::string_view> words = {}) {
    return {.name = "",
            .type = detail::type_for<V>(),
            .use = Use::active,
            .words = words,
            .store = detail::store_whole<V>};
}

// An array of objects, each of which fills a struct.
template <auto member>
constexpr Field list_of(std::string_view name, Reload reload, const Section& section) {
    return {.name = name,
            .type = Type::list,
            .use = Use::active,
            .reload = reload,
            .section = &section,
            .enter = detail::enter_list<member>};
}

// A key that reads itself, for the few with several shapes.
constexpr Field custom(std::string_view name, Reload reload, Field::Read read) {
    return {.name = name, .type = Type::custom, .use = Use::active, .reload = reload, .read = read};
}

// A key of the original that this build does not act on.
constexpr Field known(std::string_view name, Reload reload) {
    return {.name = name, .reload = reload};
}

constexpr Field known(std::string_view name, Reload reload, const Section& section) {
    return {.name = name, .type = Type::section, .reload = reload, .section = &section};
}

constexpr Field known_secret(std::string_view name, Reload reload) {
    return {.name = name, .type = Type::secret, .reload = reload};
}

// A key that code reads before or after the tables do.
constexpr Field elsewhere(std::string_view name, Reload reload) {
    return {.name = name, .use = Use::active, .reload = reload};
}

// A key the channel's worker acts on, with what can be checked for it here.
constexpr Field for_worker(std::string_view name, Type type = Type::any,
                           std::span<const std::string_view> words = {}) {
    return {.name = name,
            .type = type,
            .use = Use::active,
            .is_for_worker = true,
            .reload = Reload::channel,
            .words = words};
}

constexpr Field for_worker(std::string_view name, const Section& section) {
    return {.name = name,
            .type = Type::section,
            .use = Use::active,
            .is_for_worker = true,
            .reload = Reload::channel,
            .section = &section};
}

template <std::size_t n>
constexpr std::span<const std::string_view> words_of(const std::array<std::string_view, n>& words) {
    return words;
}

} // namespace openclaw::config
