import{a}from"./c-7AS7G7FZ.js";import"./c-XKI7F4BR.js";import"./c-YQUW22CO.js";import"./c-X5SOGRU3.js";import"./c-NQWIDMVT.js";import"./c-4UBFJILZ.js";export{a as InviteLink};
