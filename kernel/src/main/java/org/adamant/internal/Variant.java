package org.adamant.internal;

/**
 * What a step does beyond the basic one. Each component is a constant of the specialised loop.
 *
 * @param decay whether decoupled weight decay is applied
 */
public record Variant(boolean decay) {}
