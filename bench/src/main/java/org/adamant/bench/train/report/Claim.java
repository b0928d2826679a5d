package org.adamant.bench.train.report;

/**
 * What a program claims of its result, and whether that is true.
 *
 * @param text the claim, with the measured number
 * @param holds whether the claim is true
 */
public record Claim(String text, boolean holds) {}
