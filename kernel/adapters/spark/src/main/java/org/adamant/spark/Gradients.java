package org.adamant.spark;

import java.util.Map;

/**
 * The loss and the gradients of a micro-batch.
 *
 * @param loss its loss, for the listener only; not multiplied by the loss scale
 * @param arrays the gradient of each parameter that is not frozen, by name, of its length: a {@code double[]} for a
 *     parameter of doubles, otherwise a {@code float[]}
 */
public record Gradients(double loss, Map<String, ?> arrays) {}
