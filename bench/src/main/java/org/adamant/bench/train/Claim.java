package org.adamant.bench.train;

/**
 * What a program says of its result, and whether the result bears it out.
 *
 * @param text the claim, with the measured number
 * @param holds whether it is true
 */
record Claim(String text, boolean holds) {}
