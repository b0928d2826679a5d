/**
 * The switch from the scalar path to SIMD. A {@link org.adamant.internal.platform.Changeover} starts on the scalar
 * path, and switches once a {@link org.adamant.internal.platform.Trial} has shown that SIMD is compiled and right.
 * The SIMD loop is made in the {@link org.adamant.internal.platform.Background}.
 * A {@link org.adamant.internal.platform.Contest} then finds out which of the two is faster. Before all that,
 * {@link org.adamant.internal.platform.SelfCheck} finds out whether the Vector API gives the bits of the reference.
 * Not exported.
 */
@NullMarked
package org.adamant.internal.platform;

import org.jspecify.annotations.NullMarked;
