package org.adamant.bench.train.report;

/**
 * What the report says of one program.
 *
 * @param title one line, the heading
 * @param introduction what is done and why
 * @param findings what came out
 */
public record Chapter(String title, String introduction, Findings findings) {}
