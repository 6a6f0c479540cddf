import{a}from"./c-NECLFPFZ.js";import"./c-JSFU3NFX.js";import"./c-QP3UUORS.js";import"./c-X5SOGRU3.js";import"./c-FZUSY2HL.js";import"./c-O7MZ2O2J.js";export{a as ImportFile};
