/** The one draft that was there before there were several; it is kept under an address of its own. */
export const THE_ONE = 'draft'
