import{m as a}from"./c-QP3UUORS.js";import"./c-O7MZ2O2J.js";export{a as default};
