/**
 * The public face of the kernel: hyper-parameters ({@link org.adamant.Adam}), the coefficients of one
 * step ({@link org.adamant.AdamStep}), the step itself ({@link org.adamant.AdamKernel}) and an optimizer
 * with named parameters on top ({@link org.adamant.AdamOptimizer}).
 */
package org.adamant;
