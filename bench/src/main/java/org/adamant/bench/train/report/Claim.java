package org.adamant.bench.train.report;

/**
 * What a program says of its result, and whether the result bears it out.
 *
 * @param text the claim, with the measured number
 * @param holds whether it is true
 */
public record Claim(String text, boolean holds) {}
