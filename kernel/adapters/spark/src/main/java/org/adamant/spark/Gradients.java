package org.adamant.spark;

import java.util.Map;

/**
 * What a micro-batch says.
 *
 * @param loss its loss, for the listener only; not multiplied by the loss scale
 * @param arrays the gradient of each parameter that is not frozen, by name: {@code double[]} for one of doubles, otherwise
 *     {@code float[]}, of its length
 */
public record Gradients(double loss, Map<String, ?> arrays) {}
