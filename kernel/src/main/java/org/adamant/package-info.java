/**
 * The public API of the kernel: hyper-parameters ({@link org.adamant.Adam}), the coefficients of one step ({@link
 * org.adamant.AdamStep}), and the step itself ({@link org.adamant.AdamKernel}) on the arrays of a slice ({@link
 * org.adamant.AdamSlice}) or of a whole model ({@link org.adamant.AdamModel}). {@link org.adamant.AdamOptimizer}
 * steps named parameters on top of these. {@link org.adamant.NonFinite} says what a step does about gradients that
 * are not finite, {@link org.adamant.LaneWidth} which vectors it works with.
 *
 * <p>An example, the minimum of a sum of squares:
 *
 * {@snippet class="org.adamant.PackageExampleTest" region="example"}
 */
@NullMarked
package org.adamant;

import org.jspecify.annotations.NullMarked;
