/**
 * The switch from the scalar path to SIMD: a {@link org.adamant.internal.platform.Changeover} starts on the one and goes
 * over to the other once a {@link org.adamant.internal.platform.Trial} has shown it to be compiled and right. A {@link
 * org.adamant.internal.platform.Contest} then finds out which of them is the faster. {@link
 * org.adamant.internal.platform.SelfCheck} is the trial before any of it: does the Vector API give the bits of the
 * reference? Not exported.
 */
@NullMarked
package org.adamant.internal.platform;

import org.jspecify.annotations.NullMarked;
