// From InputSpec trees to the values a model is called with.
#pragma once

#include <ATen/core/function_schema.h>
#include <ATen/core/ivalue.h>
#include <c10/core/Device.h>

#include <optional>
#include <string>
#include <vector>

#include "profiles/support/worker_messages.h"

namespace mlplan::worker {

// "forward(Tensor x, float scale=1.) -> Tensor": without self and without mangled class names.
std::string signature_of(const c10::FunctionSchema& schema);

// One value per argument after self, in the schema's order. Inputs are matched by name when their names are those of
// arguments, else by position; an argument without an input takes its default, or None where its type allows it.
// Throws Failure "input" with the signature in the message.
// Tensors are made on the CPU, the same for every device, and copied to `device` where there is one.
std::vector<c10::IValue> make_arguments(const InputRequest& request, const c10::FunctionSchema& schema,
                                        std::optional<c10::Device> device = std::nullopt);
// The same with these tensors, in the order of make_flat_tensors, in place of new ones.
std::vector<c10::IValue> make_arguments(const InputRequest& request, const c10::FunctionSchema& schema,
                                        const std::vector<at::Tensor>& tensors,
                                        std::optional<c10::Device> device = std::nullopt);

// All tensors of the inputs, depth first: what a compiled package takes.
std::vector<at::Tensor> make_flat_tensors(const InputRequest& request);
// The specs of these, in the same order.
std::vector<const InputSpec*> tensor_specs(const std::vector<InputSpec>& inputs);

}  // namespace mlplan::worker
